"""`python -m docs.schema` draws the store's tables into docs/architecture.md, from the models in db/schema.py."""

from __future__ import annotations

from pathlib import Path

from db.schema import Base

PAGE = Path(__file__).with_name("architecture.md")
BEGIN, END = "<!-- schema: begin -->", "<!-- schema: end -->"


def diagram() -> str:
    """A Mermaid entity diagram: every table with its columns and what refers to what."""
    lines = ["```mermaid", "erDiagram"]
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name):
        lines.append(f"    {table.name} {{")
        for column in table.columns:
            kind = column.type.__class__.__name__.lower()
            key = " PK" if column.primary_key else " FK" if column.foreign_keys else ""
            lines.append(f"        {kind} {column.name}{key}")
        lines.append("    }")
    links = {
        (key.column.table.name, table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
    }
    lines += [f"    {parent} ||--o{{ {child} : {column}" for parent, child, column in sorted(links)]
    return "\n".join([*lines, "```"])


def with_diagram(text: str) -> str:
    """The page with its diagram replaced by the current one."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
