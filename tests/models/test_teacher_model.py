"""The plans of a teacher: that of its fit stays, whatever is asked for afterwards."""

from types import SimpleNamespace

from skfairgen.models import TeacherModel, Wish, _teacher_model


def test_the_plan_of_the_fit_outlives_those_asked_for_later(monkeypatch):
    """It was tuned on rows that are gone, so another one would label other rows."""
    made = iter(SimpleNamespace(plan=name, shares=None, forecast=None, records=()) for name in "abcdef")
    monkeypatch.setattr(_teacher_model, "make_fair_labels", lambda *_, **__: next(made))
    monkeypatch.setattr(_teacher_model, "MAX_PLANS", 3)
    cells = SimpleNamespace(moved_shares=lambda criterion, strength: None)
    teacher = TeacherModel(SimpleNamespace(cells=cells), seed=0)
    wishes = [Wish("demographic_parity", strength, "sharpen") for strength in (1.0, 0.1, 0.2, 0.3, 0.4)]
    for wish in wishes:
        teacher.repair(wish, None)
    assert list(teacher.plans) == [wishes[0], *wishes[-2:]]
    assert teacher.repair(wishes[0], None).plan == "a"
