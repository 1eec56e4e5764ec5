"""The file of custom fields: read at the edge, and refused in one sentence that says where."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.intake.domain.custom_fields import FieldDefinition, FieldType, Required
from services.intake.domain.policy import MAX_FIELDS, Policy
from services.intake.policy_file import BrokenPolicy, load_policy
from shared.runtime.settings import Settings

PAGE = Path(__file__).parents[3] / "docs" / "custom-fields.md"


def _settings(path: Path, text: str) -> Settings:
    path.write_text(text, encoding="utf-8")
    return Settings(fields_file=path, hold=timedelta(hours=48))


def _sentence(path: Path, text: str) -> str:
    with pytest.raises(BrokenPolicy) as broken:
        load_policy(_settings(path, text))
    return str(broken.value)


def test_without_a_file_no_field_is_defined() -> None:
    assert load_policy(Settings(hold=timedelta(hours=48))) == Policy(timedelta(hours=48))


@pytest.mark.parametrize("text", ["", "[]", "# none yet\n"])
def test_an_empty_file_defines_nothing(tmp_path: Path, text: str) -> None:
    assert load_policy(_settings(tmp_path / "fields.yaml", text)) == Policy(timedelta(hours=48))


def test_the_example_of_the_page_is_what_the_page_says(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert load_policy(_settings(tmp_path / "fields.yaml", example)).fields == {
        "building": FieldDefinition("building", FieldType.CHOICE, Required.TO_OPEN, ("north", "south", "no")),
        "cause": FieldDefinition("cause", FieldType.TEXT, Required.TO_RESOLVE, max_length=200),
        "visit on": FieldDefinition("visit on", FieldType.DATE),
    }


def test_the_page_names_every_type_and_every_moment() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [word for word in (*FieldType, *Required) if f"`{word}`" not in page] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: a\n", "the file: it must be a list"),
        ("- a\n", "entry 1: a definition says at least name and type"),
        ("- {name: a}\n", "entry 1, type: it is missing"),
        ("- {name: '', type: text}\n", "entry 1, name: String should have at least 1 character"),
        ("- {name: yes, type: text}\n", "entry 1, name: it must be a text; put it in quotes"),
        (
            "- {name: a, type: text}\n- {name: b, type: colour}\n",
            "entry 2, type: Input should be 'text', 'integer', 'number', 'boolean', 'date' or 'choice'",
        ),
        (
            "- {name: a, type: text, required: always}\n",
            "entry 1, required: Input should be 'never', 'to_open' or 'to_resolve'",
        ),
        ("- {name: a, type: text, requried: to_open}\n", "entry 1, requried: a definition has no such word"),
        ("- {name: a, type: choice}\n", "entry 1: a choice needs choices"),
        (
            "- {name: a, type: choice, choices: [yes]}\n",
            "entry 1, choices, entry 1: it must be a text; put it in quotes",
        ),
        ("- {name: a, type: text, choices: [b]}\n", "entry 1: choices belong to the type choice alone"),
        ("- {name: a, type: date, max_length: 5}\n", "entry 1: max_length belongs to the type text alone"),
        (
            "- {name: a, type: text, max_length: 0}\n",
            "entry 1, max_length: Input should be greater than or equal to 1",
        ),
        ("- {name: a, type: text}\n- {name: a, type: date}\n", "the field a is defined twice"),
        ("\0", "not YAML: unacceptable character #x0000: special characters are not allowed"),
    ],
)
def test_a_broken_file_is_one_sentence_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "fields.yaml"
    assert _sentence(path, text) == f"{path}: {sentence}"


def test_what_is_no_yaml_is_placed_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "fields.yaml"
    assert _sentence(path, "- name: a\n  type: [text\n").startswith(f"{path}, line 3: not YAML: ")


def test_a_ticket_holds_no_more_fields_than_may_be_defined(tmp_path: Path) -> None:
    many = "".join(f"- {{name: f{number}, type: text}}\n" for number in range(MAX_FIELDS + 1))
    path = tmp_path / "fields.yaml"
    assert _sentence(path, many).startswith(f"{path}: the file: Tuple should have at most {MAX_FIELDS} items")


@pytest.mark.parametrize("content", [None, b"- name: \xff\n"], ids=["missing", "no UTF-8"])
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "fields.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BrokenPolicy, match=r"^the file of custom fields cannot be read: "):
        load_policy(Settings(fields_file=path))
