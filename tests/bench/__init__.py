"""
The benchmark: what a mocked call costs, and whether the budgets are kept.

``python -m tests.bench --help`` says what it can do, ``docs/performance.md`` what it found.
Every figure compares things that were measured in turns in the same run.
"""
