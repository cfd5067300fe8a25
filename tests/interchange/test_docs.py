"""The page on label files says what the code does."""

from tools.write_label_docs import PAGE, page


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tools.write_label_docs`"
