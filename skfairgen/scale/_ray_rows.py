"""Datasets of Ray: their rows in the order of their blocks, and rows that its tasks draw."""

from collections.abc import Iterator, Sequence
from typing import Any

from skfairgen.scale._parquet import FileWriter


class RayRows:
    """A dataset of Ray, read as one of pyarrow is: executed anew for each reading, unless it is materialized.

    Parameters
    ----------
    dataset : ray.data.Dataset
        Its blocks have the same columns; a column that is empty or of whole numbers in some takes the type of others.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of all blocks.

    Raises
    ------
    ValueError
        If blocks have unlike columns.
    """

    def __init__(self, dataset: Any) -> None:
        import pyarrow

        self.dataset = dataset

        def described(block):  # a local function: workers need not import this package
            schema = block.schema.remove_metadata().serialize().to_pybytes()
            return pyarrow.table({"n_rows": [len(block)], "schema": [schema]})

        blocks = dataset.map_batches(described, batch_size=None, batch_format="pyarrow").take_all()
        found = [pyarrow.ipc.read_schema(pyarrow.py_buffer(block["schema"])) for block in blocks if block["n_rows"]]
        self.n_rows = sum(block["n_rows"] for block in blocks)
        try:
            if any(schema.names != found[0].names for schema in found):
                raise pyarrow.ArrowInvalid(f"columns {next(s.names for s in found if s.names != found[0].names)}")
            self.schema = pyarrow.unify_schemas(found or [pyarrow.schema([])], promote_options="permissive")
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as error:
            raise ValueError(
                f"Blocks of the Ray dataset have unlike columns: {error}; the first has {found[0].names}. Give them "
                "the same columns and types, as by map_batches."
            ) from error

    def count_rows(self) -> int:
        """Return the number of rows."""
        return self.n_rows

    def to_batches(self, columns: Sequence[str], **_: Any) -> Iterator[Any]:
        """Yield all rows as record batches, in the order of the blocks."""
        import pyarrow

        chosen = self.dataset.select_columns(list(columns))
        schema = pyarrow.schema([self.schema.field(name) for name in columns])
        options = chosen.context.execution_options
        before, options.preserve_order = options.preserve_order, True
        try:
            for table in chosen.iter_batches(batch_size=None, batch_format="pyarrow"):
                if len(table):
                    yield from _cast(table.select(columns), schema).to_batches()
        finally:
            options.preserve_order = before


def _cast(table, schema):
    import pyarrow

    try:
        return table.cast(schema)
    except pyarrow.ArrowInvalid as error:
        unlike = [
            f"{own.name} ({own.type} and {to.type})"
            for own, to in zip(table.schema, schema, strict=True)
            if own.type != to.type
        ]
        raise ValueError(
            f"Blocks of the Ray dataset have unlike types, {', '.join(unlike)}: {error}. Give them "
            "one, as by map_batches."
        ) from error


def drawn_rows(writer: FileWriter) -> Any:
    """Return a dataset of Ray whose tasks draw the rows of a writer's files: a block for each file, none written.

    Raises
    ------
    ImportError
        If ray or pyarrow is missing.
    """
    try:
        import pyarrow
        import ray.data
    except ImportError as error:
        raise ImportError("sample_to_ray needs ray and pyarrow: pip install 'skfairgen[scale]'.") from error

    def draw(places):
        for place in places.column("id").to_pylist():
            yield pyarrow.concat_tables(writer.tables(place))

    places = ray.data.range(writer.n_files, override_num_blocks=writer.n_files)
    return places.map_batches(draw, batch_size=None, batch_format="pyarrow")
