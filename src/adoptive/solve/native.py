"""Turn LLVM text into machine code for this processor, and machine code into callable addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import llvmlite
from llvmlite import binding

__all__ = ["NativeCode", "host", "lane_width", "to_object_code"]

_OPTIMISATION = 2


@lru_cache(maxsize=1)
def host() -> tuple[str, str, str]:
    """Return the processor's name, its features and the llvmlite version: what machine code depends on."""
    return binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten(), llvmlite.__version__


def lane_width() -> int:
    """Return how many doubles one vector register of this processor holds."""
    features = host()[1].split(",")
    return 8 if "+avx512f" in features else 4 if "+avx2" in features else 2


def _machine() -> Any:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    name, features, _ = host()
    return binding.Target.from_default_triple().create_target_machine(
        cpu=name, features=features, opt=_OPTIMISATION, jit=True, reloc="pic", codemodel="jitdefault"
    )


def to_object_code(text: str, *, simplify: bool = False) -> bytes:
    """Compile LLVM text to an object file for this processor; `simplify` first for text that is not yet tight."""
    module, machine = binding.parse_assembly(text), _machine()
    module.verify()
    if simplify:
        options = binding.create_pipeline_tuning_options(speed_level=_OPTIMISATION)
        options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
        builder = binding.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))


class NativeCode:
    """Keep object files loaded together; their routines live as long as this value."""

    def __init__(self, objects: Sequence[bytes], routines: Iterable[str]) -> None:
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine())
        for one in objects:
            self._engine.add_object_file(binding.ObjectFileRef.from_data(one))
        self._engine.finalize_object()
        self.addresses = tuple(self._engine.get_function_address(name) for name in routines)
