// A signed integer of 320 bits, for sums that must be exact: the sixth power of a number below 2^41, summed
// over 2^64 cells, needs 311. Arithmetic wraps at 320 bits, so only the final value of a sum has to fit.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace fano {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UnsignedInt128;

class Wide {
public:
    static constexpr std::size_t limbs = 5;

    Wide() = default;
    Wide(Int128 value) {
        limb_[0] = static_cast<std::uint64_t>(value);
        limb_[1] = static_cast<std::uint64_t>(value >> 64);
        limb_[2] = limb_[3] = limb_[4] = sign_of(value);
    }

    Wide& operator+=(Wide const& other);
    Wide& operator+=(Int128 value) {
        std::uint64_t const sign = sign_of(value);
        std::uint64_t carry = 0;
        limb_[0] = add(limb_[0], static_cast<std::uint64_t>(value), carry);
        limb_[1] = add(limb_[1], static_cast<std::uint64_t>(value >> 64), carry);
        // Nothing changes above: a carry meets a sign of all ones, or neither is there.
        if (carry + sign == 0) return *this;
        for (std::size_t i = 2; i < limbs; ++i) limb_[i] = add(limb_[i], sign, carry);
        return *this;
    }
    Wide& operator*=(std::int64_t factor);
    Wide& add_product(std::int64_t a, std::int64_t b) { return *this += static_cast<Int128>(a) * b; }
    Wide operator-() const;

    friend Wide operator+(Wide a, Wide const& b) { return a += b; }
    friend Wide operator*(Wide a, std::int64_t factor) { return a *= factor; }
    friend bool operator==(Wide const&, Wide const&) = default;
    friend std::strong_ordering operator<=>(Wide const& a, Wide const& b);

    bool negative() const { return limb_[limbs - 1] >> 63 != 0; }
    // Two's complement, the least significant limb first.
    std::array<std::uint64_t, limbs> const& bits() const { return limb_; }
    // Within one unit in the last place.
    explicit operator long double() const;

private:
    static std::uint64_t sign_of(Int128 value) { return value < 0 ? ~std::uint64_t{0} : 0; }
    static std::uint64_t add(std::uint64_t a, std::uint64_t b, std::uint64_t& carry) {
        UnsignedInt128 const sum = static_cast<UnsignedInt128>(a) + b + carry;
        carry = static_cast<std::uint64_t>(sum >> 64);
        return static_cast<std::uint64_t>(sum);
    }

    std::array<std::uint64_t, limbs> limb_{};
};

}  // namespace fano
