// Arrays of one cell: its elements side by side, or a step apart where neighbouring threads of a GPU each
// have a cell and shall touch neighbouring memory.
#pragma once

#include "kernels/core/config.hpp"

FANO_KERNELS_BEGIN

template <class Value>
using Contiguous = Value*;

template <class Value>
struct Strided {
    Value* first;
    u32 stride;
    FANO_FUNCTION Value& operator[](u32 i) const { return first[static_cast<u64>(i) * stride]; }
};

// What an array, of either kind, holds.
template <class Array>
struct ElementOf;
template <class Value>
struct ElementOf<Value*> {
    using type = Value;
};
template <class Value>
struct ElementOf<Strided<Value>> {
    using type = Value;
};
template <class Array>
using element_of = typename ElementOf<Array>::type;

FANO_KERNELS_END
