# Targets gaz_grammars (the parsers of grammars/languages.def, one shared library) and gaz_tree_sitter (the runtime, static).
#
# Parsers are fetched from npm and compiled when this is configured, once per lock file and compiler, into GAZ_GRAMMARS_DIR:
#   <hash of the lock>/node_modules                   what npm fetched
#   <hash of the lock>/<compiler>/libgaz-grammars.so  30 MB sources of tables: shared by all presets, never sanitised
# The runtime is small and reads hostile text: it is compiled in each build, with that build's address or thread sanitizer.
set(default ${CMAKE_SOURCE_DIR}/build/grammars)
if(NOT EXISTS ${default})
    set(default ${CMAKE_BINARY_DIR}/grammars)
endif()
set(GAZ_GRAMMARS_DIR ${default} CACHE PATH "Where fetched and compiled grammars are kept, for any number of builds")

# The compiler of the presets, also where another one compiles everything else.
find_program(GAZ_GRAMMARS_CC NAMES gcc cc clang REQUIRED DOC "The compiler of the grammars")
execute_process(COMMAND ${GAZ_GRAMMARS_CC} -dumpfullversion -dumpmachine OUTPUT_VARIABLE compiler COMMAND_ERROR_IS_FATAL ANY)
string(SHA256 compiler "${GAZ_GRAMMARS_CC} ${compiler}")
string(SUBSTRING ${compiler} 0 12 compiler)
file(SHA256 ${CMAKE_SOURCE_DIR}/grammars/package-lock.json lock)
string(SUBSTRING ${lock} 0 12 lock)
set(fetched ${GAZ_GRAMMARS_DIR}/${lock})
set(built ${fetched}/${compiler})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/grammars/package-lock.json
    ${CMAKE_SOURCE_DIR}/grammars/languages.def ${CMAKE_SOURCE_DIR}/grammars/CMakeLists.txt)

file(MAKE_DIRECTORY ${GAZ_GRAMMARS_DIR})
file(LOCK ${GAZ_GRAMMARS_DIR}/lock GUARD PROCESS TIMEOUT 1800)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/grammars/fetch.sh ${fetched} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_SOURCE_DIR}/grammars -B ${built} -G Ninja -DCMAKE_C_COMPILER=${GAZ_GRAMMARS_CC}
    -DCMAKE_C_COMPILER_LAUNCHER= -DGAZ_NODE_MODULES=${fetched}/node_modules
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${built} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
file(LOCK ${GAZ_GRAMMARS_DIR}/lock RELEASE)
if(failed)
    message(FATAL_ERROR "the grammars do not compile:\n${said}")
endif()

add_library(gaz_grammars SHARED IMPORTED GLOBAL)
set_target_properties(gaz_grammars PROPERTIES IMPORTED_LOCATION ${built}/libgaz-grammars.so)

set(runtime ${fetched}/node_modules/tree-sitter/vendor/tree-sitter/lib)

# One change to the runtime, made to a copy: the analysis of a query can be left out, per thread. It takes up to nine seconds (Swift),
# and what it finds out of a query that has been tested is nothing. tree-sitter goes on as when the analysis takes too many rounds.
set(copy ${CMAKE_BINARY_DIR}/generated/tree-sitter)
set(limit "if (iteration == MAX_ANALYSIS_ITERATION_COUNT)")
file(READ ${runtime}/src/query.c query)
string(FIND "${query}" "${limit}" found)
if(found EQUAL -1)
    message(FATAL_ERROR "tree-sitter's query.c has changed: cmake/GazGrammars.cmake does not find the limit of its analysis")
endif()
string(REPLACE "${limit}" "if (gaz_tree_sitter_trusts || iteration == MAX_ANALYSIS_ITERATION_COUNT)" query "${query}")
file(CONFIGURE OUTPUT ${copy}/query.c CONTENT "_Thread_local int gaz_tree_sitter_trusts;\n@query@" @ONLY)
file(READ ${runtime}/src/lib.c library)
string(REPLACE "\"./query.c\"" "\"${copy}/query.c\"" library "${library}")
string(REGEX REPLACE "\"\\./([a-z_]+\\.c)\"" "\"\\1\"" library "${library}")
file(CONFIGURE OUTPUT ${copy}/lib.c CONTENT "@library@" @ONLY)
add_library(gaz_tree_sitter STATIC ${copy}/lib.c)
target_include_directories(gaz_tree_sitter PRIVATE ${runtime}/src)
target_include_directories(gaz_tree_sitter SYSTEM PUBLIC ${runtime}/include)
target_compile_definitions(gaz_tree_sitter PRIVATE _GNU_SOURCE NDEBUG)
target_compile_options(gaz_tree_sitter PRIVATE -w -O2)
if(GAZ_SANITIZE MATCHES "address")
    target_compile_options(gaz_tree_sitter PRIVATE -fsanitize=address)
elseif(GAZ_SANITIZE MATCHES "thread")
    target_compile_options(gaz_tree_sitter PRIVATE -fsanitize=thread)
endif()
if(GAZ_FUZZERS)
    target_compile_options(gaz_tree_sitter PRIVATE -fsanitize=fuzzer-no-link)
endif()
