#include "program.hpp"

int main(int argc, char** argv) { return mailhaul::cli::run_program(argc, argv); }
