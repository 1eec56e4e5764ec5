"""YAML as it is meant: text stays text, and a name that is given twice is said."""

import re
from collections.abc import Hashable
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode

_MERGE = "tag:yaml.org,2002:merge"
_KNOWN = (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:e[+-][0-9]+)?$", list("-0123456789")),
    (_MERGE, r"^<<$", ["<"]),
)


class _Loader(yaml.SafeLoader):
    """Knows null, true, false and numbers; `no` is a language here and `10:30` a time, as anybody thinks.

    Names of a mapping are text, whatever they look like.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the library's own way

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - the library's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name is a text", problem_mark=key.start_mark)
            if key.value in seen and key.tag != _MERGE:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}


for _tag, _form, _first in _KNOWN:
    _Loader.add_implicit_resolver(_tag, re.compile(_form), _first)


class _Dumper(yaml.SafeDumper):
    """Whatever it writes, the loader reads as it was."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        return True


def read_yaml(text: str) -> Any:  # noqa: ANN401 - whatever the text holds
    """Raise `yaml.YAMLError`."""
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader that reads less


def yaml_of(value: object) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
