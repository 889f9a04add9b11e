"""Exercises for a class: notebooks, printable sheets with their key, quizzes."""
