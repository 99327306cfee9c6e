"""All mutants by name: `python -m tests.zoo` runs them."""

from collections.abc import Mapping

from tests.zoo.mutant import Mutant
from tests.zoo.mutants import clients, facade, log, logging_and_config, messages, registers, servers, structures

_ALL = (
    *facade.MUTANTS,
    *logging_and_config.MUTANTS,
    *messages.MUTANTS,
    *servers.MUTANTS,
    *clients.MUTANTS,
    *log.MUTANTS,
    *registers.MUTANTS,
    *structures.MUTANTS,
)
MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
