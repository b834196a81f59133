"""
A second opinion: who may, worked out the plain way from AWS's published rules.

It imports nothing of the package and shares no idea with it: documents are dictionaries,
every statement is looked at for every question, and nothing is prepared or remembered.

Source: IAM User Guide, "Policy evaluation logic", "Condition operators", "Multivalued
context keys", "Variables and tags", "Principal", "NotPrincipal"; KMS Developer Guide,
"Key policies", "Grants", "Condition keys".
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import re
from typing import Any

Json = Any


def listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


# Texts with wildcards, character by character: a list of characters, with None for any one
# and ... for any run of them.


def like(pattern: list[Any], text: str) -> bool:
    reached = {0}

    # Where a run may be empty, what follows it can begin at once.
    def spread(places: set[int]) -> set[int]:
        found = set(places)
        for place in sorted(places):
            while place < len(pattern) and pattern[place] is ...:
                place += 1
                found.add(place)
        return found

    reached = spread(reached)
    for character in text:
        following = set()
        for place in reached:
            if place == len(pattern):
                continue
            if pattern[place] is ...:
                following.add(place)
            elif pattern[place] is None or pattern[place] == character:
                following.add(place + 1)
        reached = spread(following)
    return len(pattern) in reached


def wild(text: str) -> list[Any]:
    return [{"*": ..., "?": None}.get(character, character) for character in text]


def filled_in(text: str, case: dict[str, Any], version: str | None) -> list[Any] | None:
    """Put the values of variables in; None if one has none."""
    if version != "2012-10-17":
        return wild(text)
    found: list[Any] = []
    while text:
        match = re.match(r"\$\{([^{}]+)\}", text)
        if match is None:
            found += wild(text[0])
            text = text[1:]
            continue
        text = text[match.end() :]
        if match[1] in "*?$":
            found.append(match[1])
            continue
        name, _, default = match[1].partition(",")
        value = value_of(case, name.strip())
        if value is None or isinstance(value, list):
            if not default:
                return None
            value = default.strip()[1:-1]
        found += list(as_text(value))
    return found


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# Condition keys.


def value_of(case: dict[str, Any], name: str) -> Any:
    """The value of a condition key: None if it is missing, a list if it is multivalued."""
    caller, key, params = case["caller"], case["key"], case["params"]
    lower = name.lower()
    on_key = case["by"] == "key"
    operation = case["permission"].split(":")[1]
    encrypts = operation in (
        "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom", "ReEncryptTo",
    )  # fmt: skip
    given = case["caller"]["context"]
    if lower in given:
        if lower == "kms:viaservice" and not on_key and operation not in ("CreateKey", "ListKeys"):
            return None
        return given[lower]
    if lower.startswith("aws:principaltag/"):
        return pick(caller["tags"], name[len("aws:PrincipalTag/") :])
    if lower == "aws:principalarn":
        return caller["principal_arn"] or None
    if lower == "aws:principalaccount":
        return caller["account"] or None
    if lower == "aws:principaltype":
        types = {"root": "Account", "user": "User", "role": "AssumedRole"}
        return types.get(caller["kind"])
    if lower == "aws:username":
        return caller["principal_arn"].split("/")[-1] if caller["kind"] == "user" else None
    if lower == "aws:principalisawsservice":
        return caller["kind"] == "service"
    if lower == "aws:multifactorauthpresent":
        return False if caller["kind"] == "role" else None
    if lower == "aws:requestedregion":
        return case["region"]
    if lower == "aws:securetransport":
        return True
    if lower == "aws:epochtime":
        return int(case["now"])
    if lower == "aws:currenttime":
        return dt.datetime.fromtimestamp(case["now"], dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if lower.startswith("aws:requesttag/") and operation in ("CreateKey", "TagResource"):
        tags = {tag["TagKey"]: tag["TagValue"] for tag in params.get("Tags", [])}
        return pick(tags, name[len("aws:RequestTag/") :])
    if lower == "aws:tagkeys" and operation in ("CreateKey", "TagResource"):
        return [tag["TagKey"] for tag in params.get("Tags", [])] or None
    if case["by"] == "alias":
        return None
    if lower == "kms:calleraccount" and (on_key or operation in ("CreateKey", "ListKeys")):
        return caller["account"] or None
    if operation == "CreateKey" and lower.startswith("aws:resourcetag/"):
        tags = {tag["TagKey"]: tag["TagValue"] for tag in params.get("Tags", [])}
        return pick(tags, name[len("aws:ResourceTag/") :])
    if operation == "CreateKey" and not on_key:
        of_request = {
            "kms:keyspec": params.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "kms:keyusage": params.get("KeyUsage", "ENCRYPT_DECRYPT"),
            "kms:keyorigin": params.get("Origin", "AWS_KMS"),
            "kms:multiregion": params.get("MultiRegion", False),
        }
        return of_request.get(lower)
    if not on_key or key is None:
        return None
    of_key = {
        "kms:keyspec": key["spec"],
        "kms:keyusage": key["usage"],
        "kms:keyorigin": key["origin"],
        "kms:multiregion": key["multi_region"] is not None,
        "kms:multiregionkeytype": key["multi_region"],
        "kms:resourcealiases": key["aliases"] or None,
    }
    if lower in of_key:
        return of_key[lower]
    if lower.startswith("aws:resourcetag/"):
        return pick(key["tags"], name[len("aws:ResourceTag/") :])
    side = {"ReEncryptFrom": "Source", "ReEncryptTo": "Destination"}.get(operation, "")
    context = params.get(f"{side}EncryptionContext", {})
    if operation == "CreateGrant":
        constraints = params.get("Constraints", {})
        context = constraints.get(
            "EncryptionContextEquals", constraints.get("EncryptionContextSubset", {})
        )
    if key["spec"] != "SYMMETRIC_DEFAULT":
        context = {}
    if (encrypts or operation == "CreateGrant") and lower.startswith("kms:encryptioncontext:"):
        return pick(context, name[len("kms:EncryptionContext:") :])
    if (encrypts or operation == "CreateGrant") and lower == "kms:encryptioncontextkeys":
        return list(context) or None
    if encrypts and lower == "kms:encryptionalgorithm":
        return params.get(f"{side}EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    if lower == "kms:requestalias" and (encrypts or operation in ("DescribeKey", "Sign")):
        named = params.get(f"{side}KeyId", "").split(":")[-1]
        return named if named.startswith("alias/") else None
    if lower == "kms:messagetype" and operation == "Sign":
        return params.get("MessageType", "RAW")
    if lower == "kms:signingalgorithm" and operation == "Sign":
        return params["SigningAlgorithm"]
    if operation == "ScheduleKeyDeletion" and lower == "kms:schedulekeydeletionpendingwindowindays":
        return params.get("PendingWindowInDays", 30)
    if operation == "CreateGrant":
        return {
            "kms:granteeprincipal": params.get("GranteePrincipal"),
            "kms:grantoperations": params.get("Operations"),
        }.get(lower)
    return None


def pick(pairs: dict[str, str], name: str) -> str | None:
    alike = [each for each in pairs if each.lower() == name.lower()]
    if len(alike) == 1:
        return pairs[alike[0]]
    return pairs.get(name)


# Condition operators.


def number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def instant(text: str) -> float | None:
    if number(text) is not None:
        return number(text)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def compare(operator: str, value: Any, wanted: Any, case: dict[str, Any], version: Any) -> bool:
    """One value of the request with one of the policy, by an operator that is not negated."""
    left, right = as_text(value), as_text(wanted)
    if operator.startswith("String"):
        characters = filled_in(right, case, version)
        if characters is None:
            return False
        if operator == "StringLike":
            return like(characters, left)
        plain = "".join({...: "*", None: "?"}.get(each, each) for each in characters)
        if operator == "StringEqualsIgnoreCase":
            return plain.lower() == left.lower()
        return plain == left
    if operator.startswith("Arn"):
        characters = filled_in(right, case, version)
        if characters is None:
            return False
        if characters == [...]:
            return True
        patterns: list[list[Any]] = [[]]
        for each in characters:
            if each == ":" and len(patterns) < 6:
                patterns.append([])
            else:
                patterns[-1].append(each)
        parts = left.split(":", 5)
        if len(parts) != 6 or len(patterns) != 6:
            return False
        return all(map(like, patterns, parts))
    if operator == "Bool":
        return {left.lower(), right.lower()} in ({"true"}, {"false"})
    if operator == "BinaryEquals":
        try:
            return base64.b64decode(left, validate=True) == base64.b64decode(right, validate=True)
        except ValueError:
            return False
    if operator == "IpAddress":
        try:
            address, network = ipaddress.ip_address(left), ipaddress.ip_network(right, strict=False)
        except ValueError:
            return False
        return address.version == network.version and address in network
    parse = number if operator.startswith("Numeric") else instant
    one, other = parse(left), parse(right)
    if one is None or other is None:
        return False
    relation = operator.removeprefix("Numeric").removeprefix("Date")
    return {
        "Equals": one == other,
        "LessThan": one < other,
        "LessThanEquals": one <= other,
        "GreaterThan": one > other,
        "GreaterThanEquals": one >= other,
    }[relation]


POSITIVE = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def met(operator: str, name: str, wanted: Json, case: dict[str, Any], version: Any) -> bool:
    value = value_of(case, name)
    values = listed(wanted)
    if operator == "Null":
        return any(
            (str(each).lower() == "true" and value is None)
            or (str(each).lower() == "false" and value is not None)
            for each in values
        )
    quantifier = ""
    if operator.startswith("For"):
        quantifier, operator = operator.split(":")
    if_exists = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    negated = operator in POSITIVE
    operator = POSITIVE.get(operator, operator)

    def one(value: Any) -> bool:
        hit = False
        for each in values:
            if compare(operator, value, each, case, version):
                hit = True
        return not hit if negated else hit

    if quantifier == "ForAllValues":
        if value is None or value in ("", [""]):
            return True
        return all(map(one, listed(value)))
    if quantifier == "ForAnyValue":
        if value is None:
            return if_exists
        return any(map(one, listed(value)))
    if value is None:
        return if_exists or negated
    if isinstance(value, list):
        return any(map(one, value))
    return one(value)


# Statements.


def acts(statement: Json, permission: str) -> bool:
    element = "Action" if "Action" in statement else "NotAction"
    hit = any(like(wild(each.lower()), permission.lower()) for each in listed(statement[element]))
    return hit == (element == "Action")


def fits(statement: Json, case: dict[str, Any], version: Any, of_key: bool) -> bool:
    element = "Resource" if "Resource" in statement else "NotResource"
    hits = []
    for text in listed(statement[element]):
        if text == "*":
            hits.append(True)
            continue
        if of_key:
            hits.append(text == case["resource"])
            continue
        parts = text.split(":", 5)
        if len(parts) < 6:
            parts += ["*"] * (6 - len(parts))
        if parts[0] != "arn" or set("*?") & set(parts[1] + parts[2]):
            hits.append(False)
            continue
        tail = filled_in(parts[5], case, version)
        if tail is None:
            if element == "NotResource":
                return False
            hits.append(False)
            continue
        pattern = wild(":".join(parts[:5]) + ":") + tail
        wanted = case["resource"]
        if wanted == "*":
            wanted = case["account_wide"]
        hits.append(wanted is not None and like(pattern, wanted))
    return any(hits) == (element == "Resource")


def applies(statement: Json, case: dict[str, Any], version: Any, of_key: bool) -> bool:
    return (
        acts(statement, case["permission"])
        and fits(statement, case, version, of_key)
        and all(
            met(operator, name, wanted, case, version)
            for operator, keys in statement.get("Condition", {}).items()
            for name, wanted in keys.items()
        )
    )


def named(element: Json, kind: str) -> list[str]:
    if element == "*":
        return ["*"] if kind == "AWS" else []
    return listed(element.get(kind, []))


def reach(statement: Json, caller: dict[str, Any]) -> str:
    """Whom a statement of a key policy covers: "caller", "account" or "nobody"."""
    account = caller["account"]
    accounts = {account, f"arn:aws:iam::{account}:root"} if account else set()
    own = {caller["arn"]}
    if caller["kind"] in ("user", "role"):
        own |= {caller["principal_arn"], caller["unique_id"]}
    if caller["kind"] == "root":
        own = set()
    if "NotPrincipal" in statement:
        spared = set(named(statement["NotPrincipal"], "AWS"))
        if caller["kind"] == "service":
            is_spared = caller["arn"] in named(statement["NotPrincipal"], "Service")
        elif caller["kind"] == "root":
            is_spared = bool(spared & accounts)
        elif caller["kind"] == "role":
            role = {caller["principal_arn"], caller["unique_id"]}
            is_spared = caller["arn"] in spared and bool(spared & role)
        else:
            is_spared = bool(spared & own)
        return "nobody" if is_spared or "*" in spared else "caller"
    names = set(named(statement["Principal"], "AWS"))
    if "*" in names:
        return "caller"
    if caller["kind"] == "service":
        services = named(statement["Principal"], "Service")
        return "caller" if caller["arn"] in services else "nobody"
    if names & own:
        return "caller"
    return "account" if names & accounts else "nobody"


# Grants.


def grant_allows(grant: Json, case: dict[str, Any], iam: bool) -> bool:
    caller, params = case["caller"], case["params"]
    operation = case["permission"].removeprefix("kms:")
    account = caller["account"]
    own = {caller["arn"], caller["principal_arn"]} - {""}
    accounts = {account, f"arn:aws:iam::{account}:root"} if account else set()
    grantee = grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal")
    if caller["kind"] == "root":
        is_grantee = grantee in accounts
    else:
        is_grantee = grantee in own or (grantee in accounts and iam)
    if not is_grantee or operation not in grant["Operations"]:
        return False
    constraints = grant.get("Constraints", {})
    if "SourceArn" in constraints:
        if caller["kind"] != "service":
            return False
        if caller["context"].get("aws:sourcearn") != constraints["SourceArn"]:
            return False
    exact = constraints.get("EncryptionContextEquals")
    subset = constraints.get("EncryptionContextSubset")
    if operation == "CreateGrant":
        child = params.get("Constraints", {})
        if not set(params["Operations"]) <= set(grant["Operations"]):
            return False
        if "SourceArn" in constraints and child.get("SourceArn") != constraints["SourceArn"]:
            return False
        if exact is not None:
            return bool(child.get("EncryptionContextEquals") == exact)
        if subset is not None:
            of_child = child.get("EncryptionContextEquals", child.get("EncryptionContextSubset"))
            return of_child is not None and set(subset.items()) <= set(of_child.items())
        return True
    if operation == "DescribeKey":
        return True
    side = {"ReEncryptFrom": "Source", "ReEncryptTo": "Destination"}.get(operation, "")
    context = params.get(f"{side}EncryptionContext", {})
    if case["key"]["spec"] != "SYMMETRIC_DEFAULT":
        context = {}
    if exact is not None:
        return bool(context) and context == exact
    if subset is not None:
        return bool(context) and set(subset.items()) <= set(context.items())
    return True


GRANT_OPERATIONS = {
    "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
    "Sign", "Verify", "GetPublicKey", "GenerateMac", "VerifyMac", "DeriveSharedSecret",
    "CreateGrant", "RetireGrant", "DescribeKey", "Encapsulate", "Decapsulate",
}  # fmt: skip


# The decision.


def decide(case: dict[str, Any]) -> str | None:
    """None if it is allowed, else what AWS says after "is not authorized to perform: …"."""
    caller, key, permission = case["caller"], case["key"], case["permission"]
    iam_allow = iam_deny = False
    for document in case["policies"]:
        for statement in listed(document["Statement"]):
            if applies(statement, case, document.get("Version"), False):
                if statement["Effect"] == "Deny":
                    iam_deny = True
                else:
                    iam_allow = True
    iam_allow = iam_allow or caller["kind"] == "root"
    on = f"on resource: {case['resource']}"
    silent_iam = f"because no identity-based policy allows the {permission} action"
    denied_iam = "with an explicit deny in an identity-based policy"
    if case["by"] != "key":
        if iam_deny:
            return f"{on} {denied_iam}"
        return None if iam_allow else f"{on} {silent_iam}"
    reached, key_deny = set(), False
    for statement in listed(key["policy"]["Statement"]):
        covers = reach(statement, caller)
        if covers == "nobody":
            continue
        if applies(statement, case, key["policy"].get("Version"), True):
            if statement["Effect"] == "Deny":
                key_deny = True
            else:
                reached.add(covers)
    foreign = bool(caller["account"]) and caller["account"] != key["account"]
    allowed = False
    if not key_deny and not iam_deny:
        if foreign:
            allowed = bool(reached) and iam_allow
        else:
            allowed = "caller" in reached or ("account" in reached and iam_allow)
        if permission.removeprefix("kms:") in GRANT_OPERATIONS:
            allowed = allowed or any(grant_allows(each, case, iam_allow) for each in case["grants"])
    if allowed:
        return None
    if foreign:
        if iam_deny:
            return f"on this resource {denied_iam}"
        if not iam_allow:
            return f"on this resource {silent_iam}"
        return (
            "on this resource because the resource does not exist in this Region, no "
            "resource-based policies allow access, or a resource-based policy explicitly "
            "denies access"
        )
    if key_deny:
        return f"{on} with an explicit deny in a resource-based policy"
    if iam_deny:
        return f"{on} {denied_iam}"
    if reached:
        return f"{on} {silent_iam}"
    return f"{on} because no resource-based policy allows the {permission} action"
