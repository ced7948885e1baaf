// Sets the moment equations up as sums of terms, and evaluates them.
#include "meanfield/moment_system.hpp"

namespace fano {

namespace {

// In other units of the variables.
Polynomial rescaled(Polynomial const& p, std::vector<double> const& unit) {
    Polynomial result{unit.size(), 0};
    for (auto const& [m, coefficient] : p.terms()) {
        Polynomial term{unit.size(), coefficient};
        for (std::size_t s = 0; s < unit.size(); ++s)
            for (int k = 0; k < m[s]; ++k) {
                Polynomial variable = Polynomial::variable(unit.size(), s);
                term = term * (variable *= unit[s]);
            }
        result += term;
    }
    return result;
}

}  // namespace

MomentSystem::MomentSystem(Network const& network, std::vector<Polynomial> const& propensities,
                           std::vector<double> unit, MomentOptions const& options)
    : indices_(network.species.size(), options.order), unit_(std::move(unit)), equations_(indices_.size()) {
    for (std::size_t r = 0; r < propensities.size(); ++r)
        add_reaction(network.reactions[r], rescaled(propensities[r], unit_));
    if (closed()) closure_ = make_closure(options.closure, indices_, beyond_);
    coefficient_values_.resize(coefficients_.size());
    values_.resize(1 + indices_.size() + beyond_.size());
}

void MomentSystem::add_reaction(NetworkReaction const& reaction, Polynomial const& propensity) {
    std::size_t const n = indices_.variables();
    Exponents changed(n);
    std::vector<double> change(n);
    for (auto const& [species, amount] : reaction.changes) {
        changed[species] = 1;
        change[species] = static_cast<double>(amount) / unit_[species];
    }
    std::map<Exponents, Taylor> taylor;
    for (auto const& [m, coefficient] : propensity.terms())
        for (auto const& k : all_below(m)) taylor[k].terms.emplace_back(m - k, coefficient * choose(m, k));
    std::vector<std::pair<Exponents, std::size_t>> expansion;
    for (auto& [k, coefficient] : taylor) {
        expansion.emplace_back(k, coefficients_.size());
        coefficients_.push_back(std::move(coefficient));
    }
    for (std::size_t i = 0; i < indices_.size(); ++i) {
        Exponents reach = indices_[i];
        for (std::size_t s = 0; s < n; ++s)
            if (changed[s] == 0) reach[s] = 0;
        for (auto const& jump : all_below(reach))
            if (order_of(jump) > 0) add_equation(i, jump, change, expansion);
    }
}

void MomentSystem::add_equation(std::size_t equation, Exponents const& jump,
                                std::vector<double> const& change,
                                std::vector<std::pair<Exponents, std::size_t>> const& expansion) {
    Exponents const& m = indices_[equation];
    double const weight = choose(m, jump) * power(change.data(), jump);
    std::size_t const rest = order_of(m - jump);
    for (auto const& [k, coefficient] : expansion) {
        // About the means, moments of order 1 are 0; so is the difference where one factor is no moment but 1.
        if (rest + order_of(k) == 1) continue;
        bool const mean = order_of(m) == 1, difference = !mean && order_of(jump) == 1;
        if (difference && order_of(k) == 0) continue;
        Term term{weight, coefficient, place(m - jump + k), MultiIndices::none, 0};
        if (difference && rest > 1 && order_of(k) > 1) {
            term.second = place(m - jump);
            term.third = place(k);
        }
        equations_[equation].push_back(term);
    }
}

std::size_t MomentSystem::place(Exponents const& m) {
    if (order_of(m) == 0) return 0;
    if (order_of(m) <= indices_.order()) return 1 + indices_.find(m);
    auto const [found, is_new] = beyond_number_.try_emplace(m, beyond_.size());
    if (is_new) beyond_.push_back(m);
    return 1 + indices_.size() + found->second;
}

void MomentSystem::slope(double const* y, double* out) {
    std::size_t const n = indices_.variables();
    for (std::size_t c = 0; c < coefficients_.size(); ++c) {
        coefficient_values_[c] = 0;
        for (auto const& [m, coefficient] : coefficients_[c].terms)
            coefficient_values_[c] += coefficient * power(y, m);
    }
    values_[0] = 1;
    for (std::size_t i = 0; i < indices_.size(); ++i) values_[1 + i] = i < n ? 0.0 : y[i];
    if (closure_) (*closure_)(y, values_.data() + 1 + indices_.size());
    for (std::size_t i = 0; i < equations_.size(); ++i) {
        double sum = 0;
        for (auto const& term : equations_[i]) {
            double moment = values_[term.first];
            if (term.second != MultiIndices::none) moment -= values_[term.second] * values_[term.third];
            sum += term.weight * coefficient_values_[term.coefficient] * moment;
        }
        out[i] = sum;
    }
}

}  // namespace fano
