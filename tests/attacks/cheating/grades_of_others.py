"""Writes its own grade, and those of others, into the databases and reports that graders keep beside their tests."""
# exercise: foundations/softmax
# outcome: failed
# denies: the grades OperationalError, a database beside the tests OperationalError
# denies: a database of others OperationalError
# allows: a database beside itself

import sqlite3

from exercises.tools.attempt import attempt

PLACES = {
    "the grades": "@repository@/.grades/grades.sqlite",
    "a database beside the tests": "@repository@/graders/foundations/results.db",
    "a database of others": "@others@/results.db",
    "a database beside itself": "results.db",
}


def write(place):
    with sqlite3.connect(place) as connection:
        connection.execute("create table if not exists grades (student, points)")
        connection.execute("insert into grades values ('me', 100), ('others', 0)")


for name, place in PLACES.items():
    attempt(name, write, place)


def softmax(x, axis=-1):
    return x


log_softmax = softmax
