"""The commands: each reads its options, calls one function and prints. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from adoptive.workbench.cli.antigen import antigen
from adoptive.workbench.cli.bounding import bounds
from adoptive.workbench.cli.calibrating import calibrate
from adoptive.workbench.cli.construct import construct
from adoptive.workbench.cli.designing import design
from adoptive.workbench.cli.dossier import register as register_dossier
from adoptive.workbench.cli.exporting import SHORT_HELP, export
from adoptive.workbench.cli.individual import register as register_individual
from adoptive.workbench.cli.judging import judge, reconstruct
from adoptive.workbench.cli.matching import criteria, match
from adoptive.workbench.cli.methods import register as register_methods
from adoptive.workbench.cli.surroundings import damaged_cache, silence_output
from adoptive.workbench.cli.validating import check, predict, score
from adoptive.workbench.cli.zoo import zoo
from adoptive.workbench.limits import DEFAULT_TRIALS, MOST_TRIALS, MOST_WORKERS

__all__ = ["app"]


class Commands(TyperGroup):
    """Run a command; a damaged cache of compiled code is said in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader went away; typer would give exit code 1, which says that a check failed
            silence_output()
            return 0
        except (EOFError, UnpicklingError) as problem:  # an EOFError would otherwise pass for Ctrl-D
            raise damaged_cache(problem) from None
        except RuntimeError as problem:
            if "no locator available" not in str(problem):
                raise
            raise damaged_cache(problem) from None


app = typer.Typer(
    name="adoptive",
    cls=Commands,
    help="An in-silico clinic for engineered T cells. Simulated; for research only; no medical advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would double the time to the first line of help
)

app.add_typer(antigen)
app.add_typer(construct)
app.add_typer(zoo)
register_individual(calibrate)
register_methods(calibrate)
app.add_typer(calibrate)
register_dossier(app, calibrate)
app.command(short_help="Bounds of interim looks, events, patients, power.")(bounds)
app.command(short_help="Judge a table of survival times: curves, tests, hazard ratios.")(judge)
app.command(short_help="Rebuild patient rows from a published survival curve.")(reconstruct)
app.command(short_help="Compare designs on the same virtual patients, or search for the best.")(design)
app.command(short_help=SHORT_HELP)(export)
app.command(short_help="Set the studies against what they published, or check the kinetics.")(check)
app.command(short_help="Find the trials that fit a patient, or the patients for a trial.")(match)
app.command(short_help="Say what was understood of a trial's criteria.")(criteria)
app.command(short_help="Write a dated, hashed prediction of a trial that has not reported.")(predict)
app.command(short_help="Score predictions against what was published later.")(score)

StudyArgument = Annotated[str, typer.Argument(help="A bundled study's name, or a study file's path.")]
SeedOption = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Root seed of all random draws.")]
ProductOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A product_spec.json that takes the place of the study's product.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def _version(asked: bool) -> None:
    if asked:
        from adoptive import __version__

        typer.echo(f"adoptive {__version__}")
        raise typer.Exit


@app.callback()
def clinic(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Follow engineered T cells from the antigen to the survival curve."""


@app.command(short_help="Simulate trials, compare with the published, write a report.")
def run(
    study: StudyArgument,
    trials: Annotated[int, typer.Option(min=1, max=MOST_TRIALS, help="Virtual trials.")] = DEFAULT_TRIALS,
    seed: SeedOption = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; default one per core.", show_default=False)
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Work on a Dask cluster, as in tcp://host:8786.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder in which the run folder is made; default runs.", show_default=False)
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Go on from this folder of an unfinished run.", show_default=False),
    ] = None,
    product: ProductOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
    despite_failed_checks: Annotated[
        bool, typer.Option("--despite-failed-checks", help="Print trial numbers even if the ordering check fails.")
    ] = False,
) -> None:
    """Run many virtual trials, set them against the published results and write the report."""
    from adoptive.workbench.cli.running import Request, run_trials

    if resume is not None and out not in (None, resume.parent):
        raise typer.BadParameter(
            "--out with --resume: the run folder is made beside the unfinished one; leave out --out"
        )
    place = out or (resume.parent if resume is not None else Path("runs"))
    request = Request(
        study, trials, seed, workers, place, as_json, quiet, despite_failed_checks, scheduler, resume, product
    )
    raise typer.Exit(run_trials(request))


@app.command()
def follow(
    study: StudyArgument,
    patient: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Patient's number in virtual trial 0.")],
    seed: SeedOption = 1,
    product: ProductOption = None,
) -> None:
    """Tell one patient's journey, day by day."""
    from adoptive.workbench.cli.telling import follow_patient

    follow_patient(study, patient=patient, seed=seed, product=product)


@app.command()
def studies(as_json: JsonOption = False) -> None:
    """List the bundled studies."""
    from adoptive.workbench.cli.telling import list_all

    list_all(as_json=as_json)


@app.command(short_help="Explain a study: fields, numbers, units, sources.")
def show(study: StudyArgument) -> None:
    """Explain a study: every field and every parameter with unit, meaning and source."""
    from adoptive.workbench.cli.telling import show_study

    show_study(study)


@app.command()
def report(run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]) -> None:
    """Write a run folder's report again."""
    from adoptive.workbench.report import rewrite_report

    typer.echo(str(rewrite_report(run_folder)))


@app.command(short_help="Simulate a model of your own (SBML) for a table of patients.")
def simulate(
    model: Annotated[Path, typer.Argument(help="An SBML file (Level 3, or Level 2).")],
    until: Annotated[float, typer.Option(help="Last time, in the model's unit of time.")],
    every: Annotated[float, typer.Option(help="Time between reported times, in the same unit.")] = 1.0,
    patients: Annotated[
        Path | None, typer.Option(help="CSV file: a row per patient, a column per parameter or start value.")
    ] = None,
    dose: Annotated[
        list[str] | None,
        typer.Option(help='"KIND DAY AMOUNT": a state gains an amount; several days with commas; repeatable.'),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a quantity for all patients; repeatable."),
    ] = None,
    show: Annotated[list[str] | None, typer.Option(help="Quantity to report; default all; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write to this .csv or .parquet file, not to stdout.")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="A column per quantity instead of a row.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Simulate a model of your own for a table of patients; who cannot be followed is told, not guessed."""
    from adoptive.workbench.cli.simulate import simulate_model
    from adoptive.workbench.simulate import Request

    request = Request(model, until, every, patients, tuple(dose or ()), tuple(settings or ()), tuple(show or ()))
    simulate_model(request, out=out, wide=wide, as_document=as_json)


@app.command(short_help="Grade a file by a published rule: CRS, CTCAE, RECIST.")
def grade(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="CSV, Parquet or Dataset-JSON; for SDTM lesions TR and TU together."),
    ] = None,
    rule: Annotated[str | None, typer.Option(help="The rule's name; --rules lists them.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write rows to this .csv, .parquet or .json file and tables beside it.")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Compare with this column of the file; exit code 1 on disagreement."),
    ] = None,
    version: Annotated[str | None, typer.Option(help="ctcae: 5.0, 6.0 or 4.03.")] = None,
    variant: Annotated[str | None, typer.Option(help="tls: cairo-bishop or howard.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set an option of the rule; repeatable.")
    ] = None,
    columns: Annotated[bool, typer.Option("--columns", help="Say which columns the rule reads.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade a file by a published rule, with a reason for every row; bad rows are listed, nothing is guessed."""
    from adoptive.workbench.cli.grading import Asked, grade_command, tell_columns, tell_rules

    if rules:
        tell_rules(as_document=as_json)
        return
    if rule is None:
        raise typer.BadParameter("--rule is missing; `adoptive grade --rules` lists the rules")
    if columns:
        tell_columns(rule, as_document=as_json)
        return
    given = [f"{name}={value}" for name, value in (("version", version), ("variant", variant)) if value is not None]
    asked = Asked(tuple(files or ()), rule, (*given, *(settings or ())), out, tuple(against or ()), as_json)
    raise typer.Exit(grade_command(asked))


@app.command(short_help="Send a study's patients through its facility: slots, days, losses, cost.")
def facility(
    study: StudyArgument,
    patients: Annotated[
        int | None, typer.Option(help="Patients; default those of the study's arms with cells.", show_default=False)
    ] = None,
    seed: SeedOption = 1,
    slots_per_month: Annotated[
        float | None, typer.Option(help="Batches that may start in a month; default the study's.", show_default=False)
    ] = None,
    places: Annotated[
        int | None, typer.Option(help="Batches that may run at once, 0 = no limit.", show_default=False)
    ] = None,
    priority: Annotated[
        Literal["first come", "sickest first", "most likely to complete"] | None,
        typer.Option(help="Who gets a free slot.", show_default=False),
    ] = None,
    target_days: Annotated[
        float | None,
        typer.Option(help="Days from order to infusion that are on time; default plan and 7.", show_default=False),
    ] = None,
    log_patients: Annotated[int, typer.Option(min=0, help="Patients in the identity log, the first ones.")] = 100,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for page, tables and log.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Send a study's patients through its facility: slots, days, losses by cause, use, cost per treated patient."""
    from adoptive.workbench.cli.facility import Request, facility_command
    from adoptive.workbench.facility import Asked

    asked = Asked(patients, seed, slots_per_month, places, priority, target_days, log_patients)
    raise typer.Exit(facility_command(Request(study, asked, out, as_json)))


@app.command(short_help="Simulate a study's dose-finding trials: 3+3, BOIN, mTPI, CRM, TITE, BOIN12.")
def escalate(
    study: StudyArgument,
    design: Annotated[
        str | None,
        typer.Option(
            help="3+3, boin, mtpi-2, mtpi, crm, tite-crm, tite-boin or boin12; default the study's.", show_default=False
        ),
    ] = None,
    compare: Annotated[str | None, typer.Option(help="Other designs on the same patients, as in 3+3,crm.")] = None,
    doses: Annotated[
        str | None, typer.Option(help="Cells per infusion at each level, in the place of the study's: 1e8,3e8,1e9.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, max=MOST_TRIALS, help="Virtual trials.")] = 100,
    seed: SeedOption = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; default one per core.", show_default=False)
    ] = None,
    fixed_parameters: Annotated[
        bool, typer.Option("--fixed-parameters", help="The same published parameters in every trial.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for page, figures and tables.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate a study's dose-finding trials: decisions, DLTs at each level, operating characteristics."""
    from adoptive.workbench.cli.escalating import Request, escalate_command

    request = Request(study, design, compare, doses, trials, seed, workers, out, as_json, fixed_parameters)
    raise typer.Exit(escalate_command(request))
