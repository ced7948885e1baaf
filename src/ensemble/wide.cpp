// Arithmetic of the 320-bit integer, limb by limb.
#include "ensemble/wide.hpp"

#include <cmath>

namespace fano {

Wide& Wide::operator+=(Wide const& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < limbs; ++i) limb_[i] = add(limb_[i], other.limb_[i], carry);
    return *this;
}

Wide& Wide::operator*=(std::int64_t factor) {
    std::uint64_t const magnitude = factor < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(factor)
                                               : static_cast<std::uint64_t>(factor);
    std::uint64_t carry = 0;
    for (std::uint64_t& limb : limb_) {
        UnsignedInt128 const product = static_cast<UnsignedInt128>(limb) * magnitude + carry;
        limb = static_cast<std::uint64_t>(product);
        carry = static_cast<std::uint64_t>(product >> 64);
    }
    if (factor < 0) *this = -*this;
    return *this;
}

Wide Wide::operator-() const {
    Wide result;
    std::uint64_t carry = 1;
    for (std::size_t i = 0; i < limbs; ++i) result.limb_[i] = add(~limb_[i], 0, carry);
    return result;
}

std::strong_ordering operator<=>(Wide const& a, Wide const& b) {
    if (a.negative() != b.negative()) {
        return a.negative() ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    for (std::size_t i = Wide::limbs; i-- > 0;) {
        if (a.limb_[i] != b.limb_[i]) return a.limb_[i] <=> b.limb_[i];
    }
    return std::strong_ordering::equal;
}

Wide::operator long double() const {
    Wide const magnitude = negative() ? -*this : *this;
    long double result = 0;
    for (std::size_t i = limbs; i-- > 0;) {
        result = std::ldexp(result, 64) + static_cast<long double>(magnitude.limb_[i]);
    }
    return negative() ? -result : result;
}

}  // namespace fano
