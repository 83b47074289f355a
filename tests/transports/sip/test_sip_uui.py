from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.transports.sip import uui


def test_refer_to_carries_the_id_percent_encoded() -> None:
    assert uui.refer_to("sip:agents@pbx.example:5080", "ho-1") == (
        "<sip:agents@pbx.example:5080?User-to-User=686f2d31%3Bencoding%3Dhex>"
    )


@given(st.text(min_size=1, max_size=32))
def test_what_goes_in_comes_out(content: str) -> None:
    refer_to = uui.refer_to("sip:a@b", content)
    assert " " not in refer_to
    assert uui.decode(unquote(refer_to.partition("User-to-User=")[2].rstrip(">"))) == content


@pytest.mark.parametrize("value", ["zz;encoding=hex", "6869;encoding=base64", "ff", ""])
def test_foreign_values_are_not_read(value: str) -> None:
    assert uui.decode(value) in (None, "")


@pytest.mark.parametrize("value", ["6869", "6869;encoding=hex", " 6869 ;purpose=isdn-uui; Encoding=HEX"])
def test_hex_is_the_default_encoding(value: str) -> None:
    assert uui.decode(value) == "hi"


@pytest.mark.parametrize("target", ["", "tel:+123", "sip:a@b?X=1", "sip:a@b>\r\nX: 1", "<sip:a@b>", "sip: a@b", "a@b"])
def test_targets_that_are_not_plain_sip_uris_are_refused(target: str) -> None:
    with pytest.raises(ValueError, match="SIP URI"):
        uui.refer_to(target, "x")


@pytest.mark.parametrize("content", ["", "x" * 129])
def test_content_must_fit(content: str) -> None:
    with pytest.raises(ValueError, match="128"):
        uui.encode(content)


@pytest.mark.parametrize(
    ("target", "patterns", "covered"),
    [
        ("sip:agents@pbx.example", ["sip:*@pbx.example"], True),
        ("SIP:Agents@PBX.example", ["sip:agents@pbx.example"], True),
        ("sip:+900123@premium.example", ["sip:*@pbx.example"], False),
        ("sip:x@evil.example;a=@pbx.example2", ["sip:*@pbx.example"], False),
        ("sip:agents@pbx.example", [], False),
    ],
)
def test_the_allow_list_covers_whole_targets(target: str, patterns: list[str], covered: bool) -> None:
    assert uui.allowed(target, patterns) is covered
