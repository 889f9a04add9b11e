"""The exercises in code: one for every rule, and schedules."""

import course.exercises.misconceptions as wrong
from course.exercises.code import CodeExercise
from course.exercises.schedules import exercises as schedules
from optimlib import rules


def _exercise(id, chapter, topic, rule, mistakes, difficulty, inputs=("t", "g")):
    return CodeExercise(
        id=id,
        chapter=chapter,
        layer="code",
        topic=topic,
        minutes=5 + 5 * difficulty,
        difficulty=difficulty,
        rule=rule,
        misconceptions=tuple(mistakes),
        inputs=inputs,
    )


POINT = ("t", "g", "w")
CONVENTIONS = "appendix/conventions"
EXERCISES = [
    _exercise("gradient-descent", "descent/gradient-descent", "gradient descent",
              rules.GradientDescent, wrong.GRADIENT_DESCENT, 1),
    _exercise("momentum", "start/first-descent", "momentum", rules.Momentum, wrong.MOMENTUM, 1),
    _exercise("heavy-ball", "descent/momentum", "momentum",
              rules.HeavyBall, wrong.HEAVY_BALL, 1),
    _exercise("average-momentum", "descent/momentum", "momentum",
              rules.AverageMomentum, wrong.AVERAGE_MOMENTUM, 1),
    _exercise("nesterov", "descent/nesterov", "look-ahead",
              rules.Nesterov, wrong.NESTEROV, 2, ("t", "w", "grad")),
    _exercise("adagrad", "adaptive/adagrad", "adaptive methods", rules.AdaGrad, wrong.ADAGRAD, 1),
    _exercise("rmsprop", "adaptive/rmsprop", "adaptive methods", rules.RMSProp, wrong.RMSPROP, 1),
    _exercise("adam", "adaptive/adam", "adaptive methods", rules.Adam, wrong.ADAM, 2),
    _exercise("adamw", "adaptive/weight-decay", "weight decay",
              rules.AdamW, wrong.ADAMW, 2, POINT),
    _exercise("amsgrad", "adaptive/adam-failures", "adaptive methods",
              rules.AMSGrad, wrong.AMSGRAD, 2),
    _exercise("newton", "curvature/newton", "Newton's method",
              rules.Newton, wrong.NEWTON, 1, ("t", "g", "h")),
    _exercise("schedule-free", "modern/cooldown", "averaging",
              rules.ScheduleFree, wrong.SCHEDULE_FREE, 2, ("t", "w", "grad")),
    _exercise("adadelta", CONVENTIONS, "adaptive methods", rules.Adadelta, wrong.ADADELTA, 2),
    _exercise("rprop", CONVENTIONS, "signs", rules.Rprop, wrong.RPROP, 3),
    _exercise("adamax", CONVENTIONS, "adaptive methods", rules.Adamax, wrong.ADAMAX, 2),
    _exercise("nadam", CONVENTIONS, "look-ahead", rules.NAdam, wrong.NADAM, 3),
    _exercise("radam", CONVENTIONS, "warm-up", rules.RAdam, wrong.RADAM, 3),
    _exercise("adabelief", CONVENTIONS, "adaptive methods", rules.AdaBelief, wrong.ADABELIEF, 2),
    _exercise("yogi", CONVENTIONS, "adaptive methods", rules.Yogi, wrong.YOGI, 2),
    _exercise("lion", CONVENTIONS, "signs", rules.Lion, wrong.LION, 2, POINT),
    _exercise("sign-descent", "modern/signs", "signs",
              rules.SignDescent, wrong.SIGN_DESCENT, 1),
    _exercise("adan", CONVENTIONS, "look-ahead", rules.Adan, wrong.ADAN, 3, POINT),
    _exercise("ademamix", CONVENTIONS, "adaptive methods",
              rules.AdEMAMix, wrong.ADEMAMIX, 2, POINT),
    _exercise("adopt", CONVENTIONS, "adaptive methods", rules.ADOPT, wrong.ADOPT_MISTAKES, 3),
    *schedules(),
]  # fmt: skip
