"""What a well-formed document says, by lxml's reading of the whole of it and rules written down a second time."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feedsync.model import Attributes, Value

_ALIASES = (("id", "vehicle_id"), ("id", "@id"), ("link", "url"), ("image_link", "image"), ("color", "colour"),
            ("item_group_id", "@group_id"))  # fmt: skip


def outermost(document: bytes, tag: str) -> list[etree._Element]:
    """The elements of that tag (as written, ``g:item``) that stand in no other of that tag, in order.

    Raises:
        etree.XMLSyntaxError: the document is not well-formed.
    """
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True, huge_tree=True)
    return list(_walk(etree.fromstring(document, parser), tag))


def _walk(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    local = etree.QName(element).localname
    if (f"{element.prefix}:{local}" if element.prefix else local) == tag:
        yield element
        return
    for child in element:
        yield from _walk(child, tag)


def attributes(element: etree._Element) -> Attributes:
    """An item's attributes: own children only, Google's before plain ones, lists in the document's order."""
    google: dict[str, list[Value]] = {}
    plain: dict[str, list[Value]] = {}
    order: list[str] = []
    for child in element:
        name = etree.QName(child)
        local = name.localname.lower()
        is_google = child.prefix == "g" or (name.namespace or "").startswith(
            ("http://base.google.com/ns/", "https://base.google.com/ns/")
        )
        if not is_google and child.prefix not in (None, element.prefix):
            local = f"{child.prefix}:{local}"
        value = _value(child, local)
        if value is not None:
            (google if is_google else plain).setdefault(local, []).append(value)
            order.append(local)
    found: Attributes = {}
    for local in order:
        values = google.get(local) or plain[local]
        found[local] = values[0] if len(values) == 1 else values
    for key, text in element.attrib.items():
        if text.strip():
            found.setdefault(f"@{etree.QName(key).localname.lower()}", str(text))
    for target, source in _ALIASES:
        if target not in found and source in found:
            found[target] = _picture(found[source])
    return found


def _value(element: etree._Element, name: str) -> Value | None:
    text = "".join(str(part) for part in element.itertext())
    if len(element) == 0:
        if not text.strip() and name == "link" and element.get("rel") in (None, "alternate"):
            text = element.get("href") or ""
        return text.strip() or None
    members: dict[str, list[Value]] = {}
    for child in element:
        local = etree.QName(child).localname.lower()
        value = _value(child, local)
        if value is not None:
            members.setdefault(local, []).append(value)
    record: dict[str, Value] = {key: values[0] if len(values) == 1 else values for key, values in members.items()}
    if ((element.text or "") + "".join(child.tail or "" for child in element)).strip():
        record["#text"] = text.strip()
    return record or None


def _picture(value: Value) -> Value:
    if isinstance(value, list):
        return [_picture(one) for one in value]
    return value.get("url", value) if isinstance(value, dict) else value
