"""Check the plan of docs/scale.md: machines that fail, parts that are lost, against arithmetic.

    python -m benchmarks.scale [--photos 1000000] [--workers 512] [--seconds 1.5]

Workers take blocks of photos from one queue. A machine fails at random and loses the rows that
were not yet in a whole part; its photos are queued again. The simulated hours are compared with
photos x seconds / workers, stretched by what failures cost on average.
"""

import argparse
import heapq

import numpy as np


def simulate(
    photos: int, workers: int, seconds: float, part: int, failures_per_hour: float,
    restart_s: float, seed: int = 0,
) -> tuple[float, int]:  # fmt: skip
    """Return the hours until all is done and the photos that were located twice."""
    rng = np.random.default_rng(seed)
    left, repeated, last = photos, 0, 0.0
    free = [(0.0, worker) for worker in range(workers)]
    heapq.heapify(free)
    while left > 0:
        start, worker = heapq.heappop(free)
        count = min(part, left)
        left -= count
        spent = float(rng.normal(seconds * count, 0.3 * seconds * count**0.5))
        fails = rng.exponential(3600 / failures_per_hour)
        if fails < spent:  # the machine dies inside the part: all of the part is lost
            left += count
            repeated += int(count * fails / spent)
            heapq.heappush(free, (start + fails + restart_s, worker))
            continue
        last = max(last, start + spent)
        heapq.heappush(free, (start + spent, worker))
    return last / 3600, repeated


def main() -> None:
    """Print simulation against arithmetic."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=512)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a core, a photo")
    parser.add_argument("--part", type=int, default=256)
    parser.add_argument("--failures", type=float, default=0.02, help="a worker and hour")
    parser.add_argument("--restart", type=float, default=300.0, help="seconds to replace a machine")
    asked = parser.parse_args()
    plain = asked.photos * asked.seconds / asked.workers / 3600
    part_h = asked.part * asked.seconds / 3600
    lost = asked.failures * (part_h / 2 + asked.restart / 3600)
    hours, repeated = simulate(
        asked.photos, asked.workers, asked.seconds, asked.part, asked.failures, asked.restart
    )
    print(f"arithmetic {plain:.2f} h, with failures {plain * (1 + lost):.2f} h, "
          f"plus up to one part at the end {part_h:.2f} h")  # fmt: skip
    print(f"simulated  {hours:.2f} h; {repeated:,} photos located twice")


if __name__ == "__main__":
    main()
