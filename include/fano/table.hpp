// Numbers in named columns: what methods without cells give. Printed, or written as CSV, JSON or HDF5.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "fano/result.hpp"

namespace fano {

struct Column {
    std::string name;  // "time", "mRNA", "variance mRNA"
    std::string unit;  // as the model gives it; may be empty
    std::vector<double> values;
};

struct Table {
    std::string name;  // one word, "counts", "spectrum": of the file, group or object that it goes to
    std::vector<Column> columns;  // all of one length
    std::vector<std::string>
        notes{};  // sentences that go with it: the closure, what was replaced by its mean
};

// The first `most_rows` rows and the last one, aligned, with the notes below.
void print_table(std::FILE* out, Table const& table, std::size_t most_rows = 12);

// By the ending: .csv (the first table in FILE, others in FILE with ".name" before its ending), .json (an object by
// table and column), .h5 (a group a table, a dataset a column, unit and notes as attributes). Throw InputError when
// the file cannot be written; a file appears under its name only when it is complete.
void write_tables(std::string const& file, std::vector<Table> const& tables, Provenance const& provenance);

// Where a result that was not simulated comes from.
Provenance describe(Network const& network, std::string const& command);

}  // namespace fano
