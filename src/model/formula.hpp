// From libSBML's trees of MathML to expressions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fano/expression.hpp"

class ASTNode;

namespace fano {

// What a call of a function that is not built in stands for. Throws InputError without a place.
using CallFunction =
    std::function<Expression(std::string const& name, std::vector<Expression> const& arguments)>;

// Throws InputError without a place, naming what fano does not evaluate.
Expression to_expression(::ASTNode const& node, CallFunction const& call);

}  // namespace fano
