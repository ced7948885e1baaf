# Writes fano/commit.hpp with the commit that is being built; run at every build, touches the file only on change.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${TARGET} CONTENT "#pragma once\n#define FANO_COMMIT \"${commit}\"\n")
