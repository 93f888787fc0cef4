"""Documents out: letters, tables and fact sheets, as PDF and as DOCX."""

from changle.core.documents.pdf import facts_sheet, letter, of_template, table_report, tables_report
from changle.core.documents.word import (
    facts_sheet_docx,
    letter_docx,
    table_report_docx,
    tables_report_docx,
)
from changle.core.documents.words import MOST_ROWS, DocumentRefused, Table


__all__ = [
    "MOST_ROWS",
    "DocumentRefused",
    "Table",
    "facts_sheet",
    "facts_sheet_docx",
    "letter",
    "letter_docx",
    "of_template",
    "table_report",
    "table_report_docx",
    "tables_report",
    "tables_report_docx",
]
