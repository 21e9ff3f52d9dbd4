# gaz_module(NAME [DEPENDS modules...] [LIBS targets...])   static library of every .c in this folder
# gaz_program(NAME SOURCES files... DEPENDS modules...)      program beside the build's root
# gaz_test(NAME SOURCE file DEPENDS modules... [LABEL l])    cmocka program, one ctest case; one whose source says
#                                                            "Also run under ThreadSanitizer." gets the label tsan too
# gaz_fuzz(NAME SOURCE file DEPENDS modules...)              libFuzzer target; else a program that replays its corpus

set(GAZ_TEST_TIMEOUT_FACTOR 1 CACHE STRING "What the time limits of tests are multiplied by; ./dev prove raises it")

set(GAZ_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wformat=2 -Wnull-dereference -Wundef -Wwrite-strings)
if(GAZ_WERROR)
    list(APPEND GAZ_WARNINGS -Werror)
endif()

add_library(gaz_flags INTERFACE)
target_compile_options(gaz_flags INTERFACE ${GAZ_WARNINGS} -fno-strict-aliasing -fno-common)
target_compile_definitions(gaz_flags INTERFACE _GNU_SOURCE GAZ_VERSION="${PROJECT_VERSION}")
target_include_directories(gaz_flags INTERFACE ${CMAKE_SOURCE_DIR}/indexer/include ${CMAKE_BINARY_DIR}/generated)
if(GAZ_SANITIZE)
    target_compile_options(gaz_flags INTERFACE -fsanitize=${GAZ_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all -g)
    target_link_options(gaz_flags INTERFACE -fsanitize=${GAZ_SANITIZE})
    # GCC's flow analysis warns falsely once the sanitizers have rewritten the code.
    target_compile_options(gaz_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
else()
    target_compile_definitions(gaz_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
target_compile_options(gaz_flags INTERFACE -fstack-protector-strong)
if(GAZ_FUZZERS)
    # The modules report their coverage too; without it the fuzzer is blind beyond its own file.
    target_compile_options(gaz_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(gaz_module name)
    cmake_parse_arguments(ARG "" "" "DEPENDS;LIBS;SOURCES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
    list(TRANSFORM ARG_DEPENDS PREPEND gaz_)
    if(NOT sources)
        add_library(gaz_${name} INTERFACE)
        target_link_libraries(gaz_${name} INTERFACE gaz_flags ${ARG_DEPENDS})
        return()
    endif()
    add_library(gaz_${name} STATIC ${sources} ${ARG_SOURCES})
    target_include_directories(gaz_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(gaz_${name} PUBLIC gaz_flags ${ARG_DEPENDS} PRIVATE ${ARG_LIBS})
endfunction()

function(gaz_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    list(TRANSFORM ARG_DEPENDS PREPEND gaz_)
    target_link_libraries(${name} PRIVATE gaz_flags ${ARG_DEPENDS} ${ARG_LIBS})
endfunction()

function(gaz_test name)
    cmake_parse_arguments(ARG "" "SOURCE;LABEL;TIMEOUT" "DEPENDS;LIBS;INCLUDES" ${ARGN})
    if(NOT ARG_LABEL)
        set(ARG_LABEL unit)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${GAZ_TEST_TIMEOUT_FACTOR}")
    add_executable(${name} ${ARG_SOURCE})
    list(TRANSFORM ARG_DEPENDS PREPEND gaz_)
    target_include_directories(${name} PRIVATE ${ARG_INCLUDES})
    target_link_libraries(${name} PRIVATE gaz_flags ${ARG_DEPENDS} cmocka ${ARG_LIBS})
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    file(READ ${ARG_SOURCE} head LIMIT 2000)
    string(REGEX REPLACE "[ \n*]+" " " head "${head}") # the formatter may have wrapped the comment
    if(head MATCHES "Also run under ThreadSanitizer\\.")
        list(APPEND ARG_LABEL tsan)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT}
        ENVIRONMENT "GAZ_BUILD_DIR=${CMAKE_BINARY_DIR};GAZ_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endfunction()

# Every tests/unit/<module>/test_*.c becomes a test that links that module and may see its private headers.
function(gaz_unit_tests module)
    cmake_parse_arguments(ARG "" "" "DEPENDS;LIBS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${module}/test_*.c)
    foreach(source ${sources})
        get_filename_component(name ${source} NAME_WE)
        gaz_test(${name} SOURCE ${source} DEPENDS ${module} ${ARG_DEPENDS} LIBS ${ARG_LIBS}
            INCLUDES ${CMAKE_SOURCE_DIR}/indexer/${module} ${CMAKE_SOURCE_DIR}/tests/support)
    endforeach()
endfunction()

function(gaz_fuzz name)
    cmake_parse_arguments(ARG "" "SOURCE" "DEPENDS;INCLUDES" ${ARGN})
    set(extra "")
    if(NOT GAZ_FUZZERS)
        set(extra ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c)
    endif()
    add_executable(${name} ${ARG_SOURCE} ${extra})
    list(TRANSFORM ARG_DEPENDS PREPEND gaz_)
    target_include_directories(${name} PRIVATE ${ARG_INCLUDES} ${CMAKE_SOURCE_DIR}/tests/support)
    target_link_libraries(${name} PRIVATE gaz_flags ${ARG_DEPENDS})
    if(GAZ_FUZZERS)
        target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
        add_test(NAME ${name}_replay COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
        math(EXPR timeout "300 * ${GAZ_TEST_TIMEOUT_FACTOR}")
        set_tests_properties(${name}_replay PROPERTIES LABELS fuzz TIMEOUT ${timeout})
    endif()
endfunction()
