/* The program gaz: lays the blocks of operations end to end and hands them to the command line. */
#include "cli.h"

int main(int argc, char **argv)
{
    size_t count = 0;
    const gaz_op *ops = gaz_ops(&count);
    return gaz_cli_main(argc, argv, ops, count);
}
