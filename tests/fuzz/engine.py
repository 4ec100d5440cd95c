"""Run a target over many mutated inputs, in child processes, within bounds of time and memory.

A case is a number: its input follows from the seed and the number alone, so that a finding can be
made again with `--only NUMBER`. A child works through a batch and tells the parent before and
after each case; a child that dies or stays silent has found a crash or a hang.
"""

import argparse
import json
import os
import random
import resource
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from clues.errors import CluesError

HANG_S = 5.0  # of processor time
_SILENCE = 4  # times that, on the clock: a machine may be busy with other things
MEMORY_BYTES = 2**30
_BATCH = 400
_LONGEST_SENTENCE = 1_200


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes
    ----------
    make
        From a random generator to an input and the name of the mutation.
    feed
        Gives the input to the program; raises `CluesError` to refuse it.
    lines
        Whether a refusal may hold many lines, one for each problem.
    warm
        Loads what every case needs, before the forks.
    """

    name: str
    make: Callable[[random.Random], tuple[bytes, str]]
    feed: Callable[[bytes], object]
    lines: bool = False
    warm: Callable[[], object] = bool


@dataclass
class Tally:
    """What a run found."""

    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: int = 0
    peak_mb: float = 0.0
    seconds: float = 0.0

    def show(self, name: str) -> str:
        """Return the figures in one paragraph."""
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in sorted(self.kinds.items()))
        outcomes = ", ".join(f"{n:,} {word}" for word, n in sorted(self.outcomes.items()))
        return (
            f"{name}: {self.cases:,} cases, {outcomes}, {len(self.findings)} findings; slowest "
            f"{self.slowest_s:.2f} s (case {self.slowest}), highest memory {self.peak_mb:,.0f} MB "
            f"above what was in use, {self.seconds:,.0f} s in all.\n  {kinds}"
        )


def judge(target: Target, data: bytes) -> str:
    """Return accepted or refused, or what is wrong with how it ended."""
    try:
        target.feed(data)
    except CluesError as error:
        return _judge_sentence(str(error), many=target.lines)
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        return f"raised {type(error).__name__} at {place}: {str(error)[:200]}"
    return "accepted"


def _judge_sentence(text: str, *, many: bool) -> str:
    lines = text.splitlines() or [""]
    if len(lines) > 1 and not many:
        return f"refused in {len(lines)} lines: {text[:200]!r}"
    if not all(line.strip() and len(line) <= _LONGEST_SENTENCE for line in lines):
        return f"refused without a sentence, or with a page: {text[:200]!r}"
    return "refused"


def run(target: Target, count: int, seed: int, *, say: bool = False) -> Tally:
    """Run ``count`` cases in child processes."""
    tally, start, at = Tally(), time.monotonic(), 0
    target.warm()
    while at < count:
        at = _batch(target, seed, at, min(at + _BATCH, count), tally)
        if say:
            print(f"\r{target.name} {at:,}/{count:,}", end="", file=sys.stderr, flush=True)
    tally.seconds = time.monotonic() - start
    return tally


def case(target: Target, seed: int, number: int) -> tuple[bytes, str]:
    """Return the input of a case and its mutation's name."""
    return target.make(random.Random(f"{seed}/{target.name}/{number}"))


def _batch(target: Target, seed: int, start: int, end: int, tally: Tally) -> int:
    """Run cases from ``start`` in one child; return where to go on."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(target, seed, start, end, writer)
    os.close(writer)
    at, waiting = start, b""
    while True:
        ready, _, _ = select.select([reader], [], [], _SILENCE * HANG_S)
        chunk = os.read(reader, 65_536) if ready else b""
        *lines, waiting = (waiting + chunk).split(b"\n")
        for line in lines:
            _note(json.loads(line), target, tally)
            at += 1
        if not chunk:
            break
    os.close(reader)
    if not ready:
        os.kill(child, signal.SIGKILL)  # our own child, which has been silent too long
    _, status = os.waitpid(child, 0)
    if at < end:
        how = f"hung over {_SILENCE * HANG_S:.0f} s" if not ready else f"died with status {status}"
        tally.findings.append(f"case {at}: {how}")
        tally.cases += 1
        at += 1
    return at


def _note(row: dict[str, object], target: Target, tally: Tally) -> None:
    tally.cases += 1
    outcome, seconds, peak = str(row["outcome"]), float(row["s"]), float(row["mb"])  # type: ignore[arg-type]
    tally.kinds[str(row["kind"])] += 1
    if seconds > tally.slowest_s:
        tally.slowest_s, tally.slowest = seconds, int(row["case"])  # type: ignore[call-overload]
    tally.peak_mb = max(tally.peak_mb, peak)
    known = outcome in ("accepted", "refused")
    tally.outcomes[outcome if known else "ended badly"] += 1
    if not known:
        tally.findings.append(f"case {row['case']} ({row['kind']}): {outcome}")
    if seconds > HANG_S:
        tally.findings.append(f"case {row['case']} ({row['kind']}): took {seconds:.1f} s")


def _child(target: Target, seed: int, start: int, end: int, writer: int) -> None:
    """Work through a batch and exit without returning to the caller's code."""
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))
        for number in range(start, end):
            data, kind = case(target, seed, number)
            before = _reset_peak_mb()
            begin = time.process_time()  # of this process alone, however busy the machine is
            outcome = judge(target, data)
            row = {"case": number, "kind": kind, "outcome": outcome,
                   "s": time.process_time() - begin,
                   "mb": _status_mb("VmHWM") - before}  # fmt: skip
            os.write(writer, json.dumps(row).encode() + b"\n")
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _reset_peak_mb() -> float:
    """Forget the highest memory so far, so that making an input does not count; return its use."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status_mb("VmRSS")


def _status_mb(name: str) -> float:
    text = Path("/proc/self/status").read_text()
    return float(text.split(f"{name}:")[1].split()[0]) / 1024


def main(targets: list[Target]) -> None:
    """Run the targets as a command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000, help="cases a target")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--only", type=int, help="run this one case here, and keep its input")
    names = [target.name for target in targets]
    parser.add_argument("--target", choices=names, action="append", help="all by default")
    asked = parser.parse_args()
    chosen = [target for target in targets if not asked.target or target.name in asked.target]
    found = 0
    for target in chosen:
        if asked.only is not None:
            data, kind = case(target, asked.seed, asked.only)
            path = Path(f"fuzz-{target.name}-{asked.only}.bin")
            path.write_bytes(data)
            print(f"{path}: {kind}: {judge(target, data)}")
            continue
        tally = run(target, asked.count, asked.seed, say=sys.stderr.isatty())
        print(tally.show(target.name))
        for finding in tally.findings[:40]:
            print(f"  {finding}")
        found += len(tally.findings)
    raise SystemExit(bool(found))
