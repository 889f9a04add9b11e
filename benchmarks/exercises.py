"""Time of `exercises.check`: the first call of an exercise, and a later one.

    python benchmarks/exercises.py

The first call searches inputs that tell all misconceptions apart; they are kept. Answers are the
package's own rule and its first misconception. Target: a later call takes less than 10 ms.
"""

import time
from statistics import median

from course import exercises

ROUNDS = 50


def milliseconds(call):
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)


def main():
    print(f"{'exercise':34}{'first':>10}{'right':>10}{'wrong':>10}   (ms)")
    for name in exercises.names():
        exercise = exercises.get(name)
        if isinstance(exercise, exercises.CodeExercise):
            right, wrong = exercise.rule, exercise.misconceptions[0]
        elif isinstance(exercise, exercises.NumberExercise):
            right, wrong = exercise.expected, exercise.expected + 1000
        else:
            continue
        times = [
            milliseconds(lambda answer=right, name=name: exercises.check(name, answer)),
            *(
                median(
                    milliseconds(lambda answer=answer, name=name: exercises.check(name, answer))
                    for _ in range(ROUNDS)
                )
                for answer in (right, wrong)
            ),
        ]
        print(f"{name:34}" + "".join(f"{value:10.2f}" for value in times))


if __name__ == "__main__":
    main()
