// The samples that a batch of cells left in memory, and how one column of them is read as whole numbers.
// A column is one output at one time.
#pragma once

#include "kernels/core/lane.hpp"

namespace fano::kernels {

// How the values of one output become whole numbers: multiples of the quantum.
struct Quantum {
    double size;
    double inverse;
    u32 exact_inverse;  // multiplying by the inverse is dividing by the size
};

struct Samples {
    void const* values;     //!< [cell][column], counts of type u32 if `whole`, else double
    Quantum const* quanta;  //!< [output]
    u32 cells;
    u32 columns;  // times * outputs: [time][output]
    u32 outputs;
    u32 whole;
};

// The smallest and the largest whole number of a column.
struct ColumnRange {
    i64 low, high;
};

// Whole numbers must lie below this in size to be summed.
inline constexpr double tally_value_limit = 0x1p40;

// Which cells a thread attends to: first, first + step, ... below last.
struct CellRange {
    u64 first, last, step;
};

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

template <class Value>
class Column {
public:
    FANO_FUNCTION Column(Samples const& samples, u32 column)
        : first_(static_cast<Value const*>(samples.values) + column), stride_(samples.columns) {}
    FANO_FUNCTION Value operator[](u64 cell) const { return first_[cell * stride_]; }

private:
    Value const* first_;
    u64 stride_;
};

// Makes a value the whole number that it stands for. Counts are themselves.
template <class Value>
class Quantise;

template <>
class Quantise<u32> {
public:
    using Whole = u32;
    FANO_FUNCTION Quantise(Samples const&, u32) {}
    FANO_FUNCTION Whole operator()(u32 value) const { return value; }
    FANO_FUNCTION bool usable(u32) const { return true; }
};

// The nearest multiple of the quantum; halves go to the even one.
template <>
class Quantise<double> {
public:
    using Whole = i64;
    FANO_FUNCTION Quantise(Samples const& samples, u32 column)
        : quantum_(samples.quanta[column % samples.outputs]) {}
    // Neighbouring doubles of the shifter's size differ by 1: adding it rounds, and its last bits count.
    FANO_FUNCTION Whole operator()(double value) const {
        return static_cast<Whole>(bits(shifted(value)) - bits(shifter));
    }
    // Whether the number is one, and can be summed.
    FANO_FUNCTION bool usable(double value) const {
        double const whole = shifted(value) - shifter;
        return whole > -tally_value_limit && whole < tally_value_limit;
    }

private:
    static constexpr double shifter = 0x1.8p52;
    FANO_FUNCTION double shifted(double value) const {
        return (quantum_.exact_inverse ? value * quantum_.inverse : value / quantum_.size) + shifter;
    }
    Quantum quantum_;
};

// Calls take(load(cell)) for all cells, with so many loads under way at once.
template <u32 ahead, class Load, class Take>
FANO_FUNCTION void for_each_cell(CellRange const& cells, Load const& load, Take const& take) {
    u64 cell = cells.first;
    for (; cell + (ahead - 1) * cells.step < cells.last; cell += ahead * cells.step) {
        decltype(load(cell)) loaded[ahead];
        FANO_UNROLL
        for (u32 i = 0; i < ahead; ++i) loaded[i] = load(cell + i * cells.step);
        FANO_UNROLL
        for (u32 i = 0; i < ahead; ++i) take(loaded[i]);
    }
    for (; cell < cells.last; cell += cells.step) take(load(cell));
}

FANO_KERNELS_END
