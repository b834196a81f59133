"""
The service: a request in, a response or an error out.

`Service.handle` and `Service._answer` are the order of all checks. Source: KMS
Developer Guide; the order is as measured against AWS.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable

import attrs

from ..crypto import forking
from ..crypto.extras import MissingExtra
from .api.errors import DryRunOperationException, KmsError
from .api.shapes import shapes_of
from .api.times import cut
from .misuse import KmsMockError, NotMockedError, UnforeseenError, suggestion
from .operations.operation import Operation
from .operations.table import OPERATIONS
from .rules.key_states import TRANSIENT_STATES, check_state
from .rules.usage import check_origin, wrong_algorithm, wrong_usage
from .serving import aws_managed, finding, grants, recipients
from .serving.asking import ASKING_MORE, asked
from .serving.request import Enforcement, MustWrite, Options, Request, Response
from .state.registry import Registry
from .state.state import Draft
from .values.key import KmsKey
from .values.specs import SYMMETRIC_DEFAULT

_DEFAULTS = Options()


class Service:
    """
    AWS KMS, all accounts and Regions of it.

    Args:
        clock: Tells the time, in seconds since the epoch.
        registry: The state.

    Attributes:
        options: How it is set.
    """

    def __init__(
        self, clock: Callable[[], float], registry: Registry, options: Options = _DEFAULTS
    ) -> None:
        self.registry = registry
        self.options = options
        self._clock = clock

    def handle(self, request: Request) -> Response:
        """
        Answer *request*.

        Raises:
            KmsError: AWS would refuse it.
            NotMockedError: It uses what only a newer KMS has, or what needs an extra.
            UnforeseenError: It met an error that nobody thought of. Nothing has changed.
        """
        try:
            forking.enter()
            operation = self._prepare(request)
            if not operation.writes:
                try:
                    return self._answer(operation, request)
                except MustWrite:
                    pass  # outside of the block, so that no other error has it for its context
            return request.registry.change(lambda draft: self._change(operation, request, draft))
        except KmsError:
            raise  # no more than what it says leaves the service
        except KmsMockError as error:
            # Here and below: what they computed with is plaintext and key material, which
            # whoever shows the error may show.
            traceback.clear_frames(error.__traceback__)
            raise
        except MissingExtra as error:
            traceback.clear_frames(error.__traceback__)
            raise NotMockedError(f"{error}.") from None
        except Exception as error:
            traceback.clear_frames(error.__traceback__)
            raise UnforeseenError(request.operation, error) from error
        finally:
            forking.leave()

    def keys_of(self, request: Request) -> tuple[KmsKey, ...]:
        """Return the keys that *request* names, as far as AWS would find them now."""
        # What is wrong with the request, `handle` will say.
        with contextlib.suppress(Exception):
            operation = self._prepare(request)
            request.options = attrs.evolve(self.options, create_missing=None, creates_managed=False)
            key = operation.find(operation, request)
            request.keys = () if key is None else (key,)
            if "DestinationKeyId" in request.params:
                request.add_key(finding.key(request, request.params["DestinationKeyId"]))
        return request.keys

    def _prepare(self, request: Request) -> Operation:
        """Check the shape of *request*, and give it what it needs on its way."""
        # Cut at once: what is added to a date later must not carry it into another millisecond.
        request.now = cut(self._clock())
        request.options = self.options
        request.registry = self.registry
        operation = OPERATIONS.get(request.operation)
        if operation is None:
            raise _unknown(request.operation)
        request.shapes = shapes_of(operation.name)
        request.shapes.decode(request.body, request.params)
        # Asked without the lock, which somebody may hold who makes a key pair.
        if self.registry.state.next_due <= request.now:
            self.registry.settle(request.now)
        if request.params.get("DryRun"):
            # Whatever it does, it does to what nobody sees.
            request.registry = self.registry.rehearsal()
        request.read(request.registry.state)
        if not request.principal:
            request.principal = request.resources.root_arn
        if request.options.enforcement is not None and not request.off_record:
            self._identify(request, request.options.enforcement)
        return operation

    @staticmethod
    def _identify(request: Request, enforcement: Enforcement) -> None:
        """Let *enforcement* decide on *request*, if somebody has said whose it is."""
        caller = request.caller
        if caller.principal is None:
            request.rulings = ()
        else:
            request.enforcement = enforcement
            request.identity = request.state.principals.identity(caller.principal, caller.role)

    def _change(self, operation: Operation, request: Request, draft: Draft) -> Response:
        request.write(draft)
        request.keys = ()  # it can be the second time
        if request.enforcement is not None:
            request.rulings = None
        return self._answer(operation, request)

    def _answer(self, operation: Operation, request: Request) -> Response:
        params = request.params
        if "Recipient" in params:
            recipients.attest(request)
        if operation.check_first is not None:
            operation.check_first(request)
        key = operation.find(operation, request)  # aliases refused, Region, existence
        if key is not None:
            request.keys = (key,)
        if "GrantTokens" in params and "InvalidGrantTokenException" in request.shapes.errors:
            request.opened_tokens = grants.opened(request, params["GrantTokens"])
        if request.enforcement is not None:
            request.enforcement.authorize(request, key)
        else:
            request.asked = asked(request, key) if operation.name in ASKING_MORE else ()
            if key is not None and key.manager == "AWS":
                aws_managed.check_allowed(request, key)
        if operation.choose is not None:
            operation.choose(request)
        if key is not None:
            if operation.usage is not None and key.usage != operation.usage:
                raise wrong_usage(request.operation, key)
            # The origin comes first, but not while the key is in the making.
            if operation.origin is not None and key.state not in TRANSIENT_STATES:
                check_origin(key, operation.origin)
            if key.state not in operation.states:
                check_state(operation.name, key)
            if operation.origin is not None:
                check_origin(key, operation.origin)
            member = operation.algorithm_member
            if member is not None:
                algorithm = params.get(member, SYMMETRIC_DEFAULT)
                if algorithm not in key.algorithms:
                    raise wrong_algorithm(key, algorithm)
            if operation.fit is not None:
                operation.fit(request, key)
        response = operation.act(request, key)
        if params.get("DryRun"):
            raise DryRunOperationException
        if request.attestation is not None:
            response = recipients.sealed(request, request.attestation, response)
        if operation.is_usage and not request.off_record:
            for used in request.keys:
                request.registry.last_usages[used.arn] = operation.name, request.now, request.id
        return request.shapes.trim(response)


def _unknown(name: str) -> NotMockedError:
    return NotMockedError(
        f"pytest-kmsmock does not mock kms:{name} yet.{suggestion(name, OPERATIONS)} "
        "Its reference lists the operations that it mocks."
    )
