"""The first minute."""


def test_the_demo_runs_on_your_table(csv, run, tmp_path):
    page = tmp_path / "page.html"
    labeled = ["--csv", csv, "--target", "loan", "--sensitive", "group", "--favorable", "granted"]
    result = run("demo", *labeled, "--html", page)
    said = result.stdout.decode()
    assert result.returncode == 0, said + result.stderr.decode()
    assert "299 rows, loan = granted, by group: a" in said
    assert "Where the model does not see group" in said
    assert "100%" in result.stderr.decode()  # progress, without a terminal
    assert "<svg" in page.read_text(encoding="utf-8")


def test_the_demo_compares_on_real_rows(run, tmp_path):
    result = run("demo", "--html", tmp_path / "page.html")
    said = result.stdout.decode()
    assert result.returncode == 0, said + result.stderr.decode()
    words = (
        "1,989 Boston mortgage applications of 1990, approved, by group: black 67.5%",
        "as it is",
        "class x group weights",
        "fair rows added",
        "Rule:",
        "Where the model does not see race",
    )
    assert all(word in said for word in words)
