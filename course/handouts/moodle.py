"""A quiz for Moodle, in its XML."""

from itertools import groupby
from xml.etree import ElementTree as ET

from course.exercises import ChoiceExercise
from course.handouts.writing import answers, to_html, worked_answer


def _text(parent, tag, text, **attributes):
    element = ET.SubElement(parent, tag, attributes)
    ET.SubElement(element, "text").text = text
    return element


def moodle(variants):
    """Return Moodle's XML of questions: one category for each exercise, one question a variant.

    A slip is an answer worth nothing, with its feedback. Make a quiz of one random question from
    each category.

    Parameters
    ----------
    variants : list of Exercise
        Those of one exercise after each other.
    """
    quiz = ET.Element("quiz")
    for id, same in groupby(variants, key=lambda exercise: exercise.id):
        category = ET.SubElement(quiz, "question", type="category")
        _text(category, "category", f"$course$/top/Optimizers/{id.replace('/', '//')}")
        for number, exercise in enumerate(same, start=1):
            _moodle_question(quiz, exercise, f"{id} {number}")
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="unicode", xml_declaration=True)


def _moodle_question(quiz, exercise, name):
    choice = isinstance(exercise, ChoiceExercise)
    question = ET.SubElement(quiz, "question", type="multichoice" if choice else "numerical")
    _text(question, "name", name)
    asked = exercise.ask if choice else exercise.question
    _text(question, "questiontext", to_html(asked), format="html")
    ET.SubElement(question, "defaultgrade").text = "1"
    if choice:
        ET.SubElement(question, "single").text = "true"
        ET.SubElement(question, "shuffleanswers").text = "true"
    else:
        _text(question, "generalfeedback", to_html(worked_answer(exercise)), format="html")
    for value, right, said in answers(exercise):
        answer = ET.SubElement(question, "answer", fraction="100" if right else "0")
        answer.set("format", "html" if choice else "moodle_auto_format")
        ET.SubElement(answer, "text").text = to_html(value) if choice else f"{value:.12g}"
        _text(answer, "feedback", to_html(said), format="html")
        if not choice:
            ET.SubElement(answer, "tolerance").text = f"{exercise.tolerance:g}"
