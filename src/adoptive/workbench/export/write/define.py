"""Describe an export as Define-XML 2.1, from the rows that the data sets are made from; odmlib does the writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adoptive import __version__
from adoptive.workbench.export.types import DataSet, Standard, Variable
from adoptive.workbench.export.write.dataset_json import longest
from adoptive.workbench.export.write.moment import moment

__all__ = ["define_xml", "unresolved"]

TYPES: Final = {"text": "text", "integer": "integer", "float": "float", "date": "integer", "iso": "date"}
COMMENT: Final = "COM.SIMULATED"
LIVE_IN: Final = "STD.1"


def define_xml(standard: Standard) -> str:
    """Give the text of a Define-XML 2.1 file."""
    import odmlib.define_2_1.model as define

    version = define.MetaDataVersion(
        OID=f"MDV.{standard.study_id}", Name=f"{standard.study_id}: simulated data, {standard.spec.name}",
        Description=standard.comment, DefineVersion="2.1.7", CommentOID=COMMENT,
        Standards=define.Standards(Standard=[define.Standard(
            OID=LIVE_IN, Name=standard.spec.name, Type="IG", Version=standard.spec.version, Status="Final",
        )]),
        ValueListDef=list(_value_lists(define, standard)), WhereClauseDef=list(_where(define, standard)),
        ItemGroupDef=[_group(define, standard, dataset) for dataset in standard.datasets.values()],
        ItemDef=list(_items(define, standard)), CodeList=list(_code_lists(define, standard)),
        MethodDef=list(_methods(define, standard)),
        CommentDef=[define.CommentDef(OID=COMMENT, Description=_said(define, standard.comment))],
    )  # fmt: skip
    study = define.Study(
        OID=f"ST.{standard.study_id}", MetaDataVersion=version,
        GlobalVariables=define.GlobalVariables(
            StudyName=define.StudyName(_content=standard.study_id),
            StudyDescription=define.StudyDescription(_content=f"SIMULATED. {standard.title}"),
            ProtocolName=define.ProtocolName(_content=standard.study_id),
        ),
    )  # fmt: skip
    root = define.ODM(
        FileOID=f"{standard.study_id}.DEFINE", FileType="Snapshot", CreationDateTime=moment(), ODMVersion="1.3.2",
        Originator="adoptive: SIMULATED DATA, no real patients", SourceSystem="adoptive",
        SourceSystemVersion=__version__, Context="Other", Study=study,
    )  # fmt: skip
    return str(root.to_xml_string(xml_declaration=True))


def _said(define: Any, text: str) -> Any:
    return define.Description(TranslatedText=[define.TranslatedText(lang="en", _content=text)])


def _group(define: Any, standard: Standard, dataset: DataSet) -> Any:
    spec = dataset.spec
    subclasses = [define.SubClass(Name=spec.subclass)] if spec.subclass else []
    single = len(spec.keys) <= 2 and "USUBJID" in spec.keys
    return define.ItemGroupDef(
        OID=f"IG.{spec.name}", Name=spec.name, Repeating="No" if single else "Yes",
        IsReferenceData="No" if "USUBJID" in dataset.columns else "Yes", SASDatasetName=spec.name,
        Domain=spec.name, Purpose="Analysis" if standard.spec.name.startswith("ADaM") else "Tabulation",
        Structure=spec.structure, ArchiveLocationID=f"LF.{spec.name}", CommentOID=COMMENT, StandardOID=LIVE_IN,
        Description=_said(define, spec.label), Class=define.Class(Name=spec.data_class, SubClass=subclasses),
        ItemRef=[_reference(define, dataset, at, variable) for at, variable in enumerate(spec.variables, start=1)],
        leaf=define.leaf(
            ID=f"LF.{spec.name}", href=f"{spec.name.lower()}.xpt",
            title=define.title(_content=f"{spec.name.lower()}.xpt")
        ),
    )  # fmt: skip


def _reference(define: Any, dataset: DataSet, order: int, variable: Variable) -> Any:
    spec = dataset.spec
    more: dict[str, Any] = {"MethodOID": f"MT.{variable.method}"} if variable.method else {}
    if variable.name in spec.keys:
        more["KeySequence"] = spec.keys.index(variable.name) + 1
    return define.ItemRef(
        ItemOID=f"IT.{spec.name}.{variable.name}", OrderNumber=order,
        Mandatory="Yes" if variable.name in spec.keys else "No", **more,
    )  # fmt: skip


def _items(define: Any, standard: Standard) -> Iterator[Any]:
    for dataset in standard.datasets.values():
        spec = dataset.spec
        for variable in spec.variables:
            more: dict[str, Any] = {}
            if variable.codelist:
                more["CodeListRef"] = define.CodeListRef(CodeListOID=_list_oid(dataset, variable))
            if variable.name in spec.valued:
                more["ValueListRef"] = define.ValueListRef(ValueListOID=f"VL.{spec.name}.{variable.name}")
            yield _item(define, dataset, variable, f"IT.{spec.name}.{variable.name}", variable.label, more)
        for name in spec.valued:
            [variable] = [one for one in spec.variables if one.name == name]
            for code, words in _parameters(dataset).items():
                yield _item(define, dataset, variable, f"IT.{spec.name}.{name}.{code}", words, {})


def _item(define: Any, dataset: DataSet, variable: Variable, oid: str, label: str, more: Mapping[str, Any]) -> Any:
    kind = TYPES[variable.kind]
    sized: dict[str, Any] = {}
    if kind == "text":
        sized["Length"] = longest(dataset.of(variable.name))
    elif kind in ("integer", "float"):
        sized["Length"] = 8 if kind == "integer" else 17
    if kind == "float":
        sized["SignificantDigits"] = 15
    if variable.kind == "date":
        sized["DisplayFormat"] = "DATE9."
    origin = define.Origin(Type=variable.origin, Source="Sponsor")
    return define.ItemDef(
        OID=oid, Name=variable.name, DataType=kind, SASFieldName=variable.name, Description=_said(define, label),
        Origin=[origin], **sized, **more,
    )  # fmt: skip


def _parameters(dataset: DataSet) -> dict[str, str]:
    """Give the parameters that occur, code and words, in the order of the rows."""
    spec = dataset.spec
    if not spec.parameter:
        return {}
    codes = dataset.of(spec.parameter).tolist()
    words = dataset.of({"PARAMCD": "PARAM"}.get(spec.parameter, spec.parameter.replace("TESTCD", "TEST"))).tolist()
    return dict(zip(codes, words, strict=True))


def _value_lists(define: Any, standard: Standard) -> Iterator[Any]:
    for dataset in standard.datasets.values():
        spec = dataset.spec
        for name, method in spec.valued.items():
            references = [
                define.ItemRef(
                    ItemOID=f"IT.{spec.name}.{name}.{code}", OrderNumber=at, Mandatory="No",
                    **({"MethodOID": f"MT.{method}"} if method else {}),
                    WhereClauseRef=[define.WhereClauseRef(WhereClauseOID=f"WC.{spec.name}.{spec.parameter}.{code}")],
                )
                for at, code in enumerate(_parameters(dataset), start=1)
            ]  # fmt: skip
            yield define.ValueListDef(OID=f"VL.{spec.name}.{name}", ItemRef=references)


def _where(define: Any, standard: Standard) -> Iterator[Any]:
    for dataset in standard.datasets.values():
        spec = dataset.spec
        for code in _parameters(dataset):
            check = define.RangeCheck(
                Comparator="EQ", SoftHard="Soft", ItemOID=f"IT.{spec.name}.{spec.parameter}",
                CheckValue=[define.CheckValue(_content=code)],
            )  # fmt: skip
            yield define.WhereClauseDef(OID=f"WC.{spec.name}.{spec.parameter}.{code}", RangeCheck=[check])


def _list_oid(dataset: DataSet, variable: Variable) -> str:
    own = variable.codelist.startswith("@")
    return f"CL.{dataset.spec.name}.{variable.name}" if own else f"CL.{variable.codelist}"


def _code_lists(define: Any, standard: Standard) -> Iterator[Any]:
    """Give the shared lists that are used, then those of the values that occur."""
    used = {one.codelist for dataset in standard.datasets.values() for one in dataset.spec.variables}
    numeric = {
        one.codelist for dataset in standard.datasets.values() for one in dataset.spec.variables if not one.is_text
    }
    for name, pairs in standard.spec.codelists.items():
        if name in used:
            yield _code_list(define, f"CL.{name}", name, pairs, "integer" if name in numeric else "text")
    for dataset in standard.datasets.values():
        for variable in dataset.spec.variables:
            if variable.codelist.startswith("@"):
                decoded = dataset.of(variable.codelist[1:]).tolist()
                pairs = {
                    _coded(code): words for code, words in zip(dataset.of(variable.name).tolist(), decoded, strict=True)
                }
                kind = "text" if variable.is_text else "integer"
                yield _code_list(
                    define, _list_oid(dataset, variable), f"{dataset.spec.name} {variable.name}", pairs, kind
                )


def _coded(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _code_list(define: Any, oid: str, name: str, pairs: Mapping[str, str], kind: str) -> Any:
    items = [
        define.CodeListItem(
            CodedValue=code, OrderNumber=at,
            Decode=define.Decode(TranslatedText=[define.TranslatedText(lang="en", _content=words)]),
        )
        for at, (code, words) in enumerate(pairs.items(), start=1) if code
    ]  # fmt: skip
    return define.CodeList(OID=oid, Name=name, DataType=kind, CodeListItem=items)


def _methods(define: Any, standard: Standard) -> Iterator[Any]:
    """Give the methods that a variable or a value refers to."""
    specs = [dataset.spec for dataset in standard.datasets.values()]
    used = {one.method for spec in specs for one in spec.variables} | {
        name for spec in specs for name in spec.valued.values()
    }
    for name, text in standard.spec.methods.items():
        if name in used:
            yield define.MethodDef(OID=f"MT.{name}", Name=name, Type="Computation", Description=_said(define, text))


def unresolved(define: Any) -> list[str]:
    """List the references of a loaded Define-XML that lead nowhere; odmlib's own object, as its loader gives it."""
    version = define.Study.MetaDataVersion
    there = {
        name: {one.OID for one in getattr(version, f"{name}Def" if name != "CodeList" else name)}
        for name in ("Item", "CodeList", "Method", "Comment", "WhereClause", "ValueList")
    }
    wanted: list[tuple[str, str | None]] = [("Comment", version.CommentOID)]
    for group in [*version.ItemGroupDef, *version.ValueListDef]:
        wanted.append(("Comment", getattr(group, "CommentOID", None)))
        for item in group.ItemRef:
            wanted += [("Item", item.ItemOID), ("Method", item.MethodOID)]
            wanted += [("WhereClause", one.WhereClauseOID) for one in item.WhereClauseRef]
    for item in version.ItemDef:
        wanted.append(("CodeList", item.CodeListRef.CodeListOID if item.CodeListRef else None))
        wanted.append(("ValueList", item.ValueListRef.ValueListOID if item.ValueListRef else None))
    wanted += [("Item", check.ItemOID) for clause in version.WhereClauseDef for check in clause.RangeCheck]
    return sorted({f"{kind} {oid}" for kind, oid in wanted if oid and oid not in there[kind]})
