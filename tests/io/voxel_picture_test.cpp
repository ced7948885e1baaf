// Pictures of voxels, decoded pixel by pixel.
#include <zlib.h>

#include "fano/error.hpp"
#include "io/png.hpp"
#include "sample_lattices.hpp"

namespace fano::test {
namespace {

// A PNG file, decoded by zlib; every checksum is looked at.
class DecodedPicture {
public:
    explicit DecodedPicture(std::string const& bytes) {
        EXPECT_EQ(bytes.substr(0, 8), std::string("\x89PNG\r\n\x1a\n", 8));
        std::string data;
        for (std::size_t at = 8; at + 12 <= bytes.size();) {
            auto const length = number(bytes, at);
            auto const body = bytes.substr(at + 4, 4 + length);
            EXPECT_EQ(number(bytes, at + 8 + length),
                      crc32(0, reinterpret_cast<Bytef const*>(body.data()), static_cast<uInt>(body.size())));
            if (body.starts_with("IHDR")) {
                width = number(body, 4);
                height = number(body, 8);
                EXPECT_EQ(body.substr(12), (std::string{8, 2, 0, 0, 0}));
            }
            if (body.starts_with("IDAT")) data += body.substr(4);
            last_ = body.substr(0, 4);
            at += 12 + length;
        }
        EXPECT_EQ(last_, "IEND");
        rows_.resize(height * (3 * width + 1));
        uLongf size = rows_.size();
        EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(rows_.data()), &size,
                             reinterpret_cast<Bytef const*>(data.data()), data.size()),
                  Z_OK);
        EXPECT_EQ(size, rows_.size());
    }
    Colour at(std::size_t x, std::size_t y) const {
        EXPECT_EQ(rows_[y * (3 * width + 1)], 0);  // no filter
        Colour colour;
        for (std::size_t i = 0; i < 3; ++i)
            colour[i] = static_cast<std::uint8_t>(rows_[y * (3 * width + 1) + 1 + 3 * x + i]);
        return colour;
    }

    std::size_t width = 0, height = 0;

private:
    static std::uint32_t number(std::string const& text, std::size_t at) {
        std::uint32_t result = 0;
        for (std::size_t i = 0; i < 4; ++i)
            result = result << 8 | static_cast<unsigned char>(text.at(at + i));
        return result;
    }
    std::string rows_, last_;
};

class VoxelPicture : public FolderTest {
protected:
    DecodedPicture drawn(RdmeResult const& result) const {
        write_rdme(path("out.png"), result, sample_provenance());
        return DecodedPicture(read(path("out.png")));
    }
    // Panels of `columns` by `rows` voxels, separated by `gap`, show count(species, column, row from the top).
    template <class Count>
    static void expect_panels(DecodedPicture const& picture, std::size_t columns, std::size_t rows,
                              Count count) {
        constexpr std::size_t gap = 4;
        std::size_t const panel = (picture.width - gap) / 2, across = panel / columns,
                          down = picture.height / rows;
        ASSERT_EQ(picture.width, 2 * across * columns + gap);
        ASSERT_EQ(picture.height, down * rows);
        for (std::size_t s = 0; s < 2; ++s) {
            double most = 0;
            for (std::size_t i = 0; i < columns * rows; ++i)
                most = std::max<double>(most, count(s, i % columns, i / columns));
            for (std::size_t i = 0; i < columns * rows; ++i) {
                auto const left = s * (panel + gap) + i % columns * across, top = i / columns * down;
                auto const expected = colour_of(count(s, i % columns, i / columns) / most);
                EXPECT_EQ(picture.at(left, top), expected) << s << ' ' << i;
                EXPECT_EQ(picture.at(left + across - 1, top + down - 1), expected) << s << ' ' << i;
            }
        }
        EXPECT_EQ(picture.at(panel, 0), (Colour{255, 255, 255}));
    }
};

TEST_F(VoxelPicture, ShowsTheFirstSnapshotAtTheLastTimeWithYUpwards) {
    expect_panels(drawn(plane()), 3, 2, [](std::size_t s, std::size_t column, std::size_t row) {
        return sample_count(0, 1, s, column + 3 * (1 - row));
    });
}

TEST_F(VoxelPicture, OfABlockIsItsMiddleSlice) {
    expect_panels(drawn(block()), 4, 3, [](std::size_t s, std::size_t column, std::size_t row) {
        return sample_count(0, 1, s, column + 4 * (2 - row) + 12);
    });
}

TEST_F(VoxelPicture, OfALineHasTimeDownwards) {
    expect_panels(
        drawn(sample_result(1, {7, 1, 1}, 2)), 7, 2,
        [](std::size_t s, std::size_t column, std::size_t row) { return sample_count(0, row, s, column); });
}

TEST_F(VoxelPicture, ShowsMeansWhereThereIsNoSnapshot) {
    auto result = plane();
    result.snapshots.clear();
    expect_panels(drawn(result), 3, 2, [](std::size_t s, std::size_t column, std::size_t row) {
        double sum = 0;
        for (std::size_t l = 0; l < 3; ++l) sum += sample_count(l, 1, s, column + 3 * (1 - row));
        return sum;
    });
}

TEST_F(VoxelPicture, WithoutMoleculesIsDark) {
    auto result = plane();
    for (auto& count : result.snapshots[0].counts) count = 0;
    EXPECT_EQ(drawn(result).at(0, 0), colour_of(0));
}

TEST_F(VoxelPicture, FillsAScreenButNoMore) {
    for (std::uint32_t const n : {1U, 3U, 50U, 333U}) {
        auto const picture = drawn(sample_result(2, {n, n, 1}, 1));
        EXPECT_GE(picture.width, 400U) << n;
        EXPECT_LE(picture.width, 1204U) << n;
        EXPECT_LE(picture.height, 900U) << n;
    }
    EXPECT_EQ(drawn(sample_result(2, {1500, 1, 1}, 1)).width, 3004U);
}

TEST_F(VoxelPicture, WithoutVoxelsIsRefused) {
    auto result = plane();
    result.fields = {};
    result.snapshots.clear();
    auto const message = refusal<InputError>([&] { write_rdme(path("out.png"), result, {}); });
    EXPECT_NE(message.find("--snapshots"), std::string::npos) << message;
    EXPECT_EQ(files(), 0U);
}

TEST(ColourMap, RunsFromDarkToBright) {
    auto luminance = [](Colour const& c) { return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; };
    for (int i = 0; i < 32; ++i)
        EXPECT_GT(luminance(colour_of((i + 1) / 32.0)), luminance(colour_of(i / 32.0)) + 2) << i;
    EXPECT_EQ(colour_of(-1), colour_of(0));
    EXPECT_EQ(colour_of(2), colour_of(1));
}

}  // namespace
}  // namespace fano::test
