"""What the commands write and say."""

import io

import numpy as np
import pandas as pd

from skfairgen import load
from skfairgen.cli import main

LABELED = ["--target", "loan", "--sensitive", "group", "--favorable", "granted"]


def said(capsys, *words):
    """Run a command that succeeds, and return what it wrote to the standard output."""
    status = main([*map(str, words)])
    output = capsys.readouterr()
    assert status == 0, output.err
    return output.out


def test_the_same_seed_draws_the_same_rows_into_any_kind_of_file(model, tmp_path, capsys):
    drawn = pd.read_csv(io.StringIO(said(capsys, "sample", model, "-n", 50, "--seed", 3)))
    assert list(drawn) == ["group", "income", "zip", "loan"]
    for name in ("rows.csv", "rows.csv.gz", "rows.parquet"):
        said(capsys, "sample", model, "-n", 50, "--seed", 3, "-o", tmp_path / name)
        read = pd.read_parquet(tmp_path / name) if name.endswith("parquet") else pd.read_csv(tmp_path / name)
        pd.testing.assert_frame_equal(read, drawn, check_dtype=False, check_exact=False)
    X, y = load(model).sample(50, random_state=np.random.default_rng([3, 0]))
    assert drawn["loan"].tolist() == y.tolist()
    np.testing.assert_allclose(drawn["income"], X["income"])


def test_batches_are_those_of_a_student(model, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("skfairgen.cli._sample.BATCH_ROWS", 40)
    said(capsys, "distill", model, "-o", tmp_path / "small.skfairgen")
    batches = load(tmp_path / "small.skfairgen").sample_batches(100, 40, random_state=7)
    expected = pd.concat([X.assign(loan=y) for X, y in batches], ignore_index=True)
    for name in ("rows.csv", "rows.parquet"):
        said(capsys, "sample", tmp_path / "small.skfairgen", "-n", 100, "--seed", 7, "-o", tmp_path / name)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "rows.parquet"), expected, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "rows.csv"), expected, check_dtype=False)


def test_cells_are_drawn_by_name(model, capsys):
    drawn = pd.read_csv(io.StringIO(said(capsys, "sample", model, "--cells", "granted,b=7", "denied=5")))
    assert drawn["loan"].value_counts().to_dict() == {"granted": 7, "denied": 5}
    assert set(drawn.loc[drawn["loan"] == "granted", "group"]) == {"b"}
    assert main(["sample", str(model), "--cells", "granted,c=7"]) == 1
    assert "names 'granted,c'; there are denied; granted; denied,a" in capsys.readouterr().err
    assert main(["sample", str(model), "--cells", "granted"]) == 1
    assert "has no number of rows" in capsys.readouterr().err


def test_a_file_says_what_it_holds(model, tmp_path, capsys):
    said(capsys, "distill", model, "-o", tmp_path / "small.skfairgen")
    for path, kind, names in ((model, "FairG", "all categories"), (tmp_path / "small.skfairgen", "Dist", "5 rows")):
        told = said(capsys, "info", path)
        assert f"kind: {kind}" in told
        assert "zip (int64)" in told
        assert "groups: a; b" in told
        assert "  granted,b: " in told
        assert names in told.split("what it holds of the data:")[1]


def test_a_private_file_tells_no_small_count(loans, tmp_path, capsys):
    from skfairgen import FairGenerator, distill, save

    table = loans[1:].drop(index=loans.query("index > 0 and group == 'b' and loan == 'granted'").index[3:])
    teacher = FairGenerator("group", max_epochs=1, random_state=0).fit(table.drop(columns="loan"), table["loan"])
    student = distill(teacher, max_epochs=1, random_state=0)
    save(student, tmp_path / "private.skfairgen")
    save(student, tmp_path / "whole.skfairgen", private_export=False)
    assert "  granted,b: fewer than 5" in said(capsys, "info", tmp_path / "private.skfairgen")
    assert "  granted,b: 3" in said(capsys, "info", tmp_path / "whole.skfairgen")


def test_a_file_of_an_encoder_is_described_and_draws_nothing(loans, tmp_path, capsys):
    from skfairgen import FairEncoder, save

    encoder = FairEncoder("group", max_epochs=1, n_components=2, random_state=0)
    save(encoder.fit(loans[["group", "income"]]), tmp_path / "encoder.skfairgen")
    assert "columns: group, income" in said(capsys, "info", tmp_path / "encoder.skfairgen")
    assert main(["sample", str(tmp_path / "encoder.skfairgen"), "-n", "3"]) == 1
    assert "holds a FairEncoder, which draws no rows" in capsys.readouterr().err


def test_a_generator_of_images_is_described_and_fills_no_table(tmp_path, capsys):
    from skfairgen import FairGenerator, save

    images = np.random.default_rng(0).random((60, 8, 8, 1))
    save(FairGenerator(max_epochs=1, random_state=0).fit(images, [0, 1] * 30), tmp_path / "images.skfairgen")
    assert "columns: none; items of shape (8, 8, 1)" in said(capsys, "info", tmp_path / "images.skfairgen")
    assert main(["sample", str(tmp_path / "images.skfairgen"), "-n", "3"]) == 1
    assert "items of shape (8, 8, 1), which no table holds" in capsys.readouterr().err


def test_rows_without_classes_are_learned_too(csv, tmp_path, capsys):
    said(capsys, "fit", csv, "--epochs", 1, "-o", tmp_path / "rows.skfairgen")
    drawn = pd.read_csv(io.StringIO(said(capsys, "sample", tmp_path / "rows.skfairgen", "-n", 5)))
    assert list(drawn) == ["group", "income", "zip", "loan"]


def test_a_table_is_compared(csv, tmp_path, capsys):
    remedies = ["--remedies", "class x group weights", "--folds", 3]
    told = said(capsys, "compare", csv, *LABELED, *remedies, "--html", tmp_path / "page.html")
    assert "Where the model does not see group" in told
    assert "<svg" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_synthetic_table_is_evaluated(loans, model, tmp_path, capsys):
    words = loans.assign(zip="z" + loans["zip"])
    words[1:160].to_csv(tmp_path / "train.csv", index=False)
    words[160:].to_parquet(tmp_path / "test.parquet", index=False)
    words[1:120].to_csv(tmp_path / "synthetic.csv", index=False)
    tables = [f"--{path.stem}={path}" for path in tmp_path.iterdir()]
    told = said(capsys, "evaluate", *tables, *LABELED)
    assert [part.split(":")[0].split(",")[0] for part in told.split("\n\n")[:4]] == [
        "Fairness",
        "Utility",
        "Fidelity",
        "Privacy",
    ]


def test_other_tables_are_read_with_the_words_of_the_real_one(tmp_path):
    from argparse import Namespace

    from skfairgen.cli._tables import read_labeled

    (tmp_path / "real.csv").write_text("zip,kept,y\n01A,True,1\n02B,,0\n")
    (tmp_path / "made.csv").write_text("zip,kept,y\n01,True,1\n02,False,0\n")
    options = Namespace(target="y", sensitive=[], dtypes=None)
    like, _ = read_labeled(options, str(tmp_path / "real.csv"))
    X, _ = read_labeled(options, str(tmp_path / "made.csv"), like=like)
    assert X["zip"].tolist() == ["01", "02"]
    assert X["kept"].tolist() == [True, False]  # no words, though a missing one made objects of the real ones
