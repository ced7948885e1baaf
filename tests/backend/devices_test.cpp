// The names of devices, as people write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/device.hpp"
#include "fano/error.hpp"

namespace {

using namespace fano;
using ::testing::ElementsAre;

TEST(Devices, AreReadByName) {
    EXPECT_EQ(parse_device("auto").device, Device::best);
    EXPECT_EQ(parse_device("cpu").device, Device::cpu);
    EXPECT_EQ(parse_device("gpu").device, Device::gpu);
    EXPECT_TRUE(parse_device("gpu").gpus.empty());
    EXPECT_THAT(parse_device("gpu:3,0").gpus, ElementsAre(3, 0));
    for (Device d : {Device::best, Device::gpu, Device::cpu, Device::reference, Device::sse2, Device::avx2,
                     Device::avx512})
        EXPECT_EQ(parse_device(device_name(d)).device, d);
}

TEST(Devices, AreRefusedByName) {
    for (char const* text :
         {"", "GPU", "gpu:", "gpu:-1", "gpu:1,", "gpu:,1", "gpu:1 2", "gpu:x", "gpu:99999999999"})
        EXPECT_THROW(parse_device(text), InputError) << text;
    EXPECT_THROW(parse_device("gpu:1,1"), InputError);
}

TEST(Devices, OfThisMachineAreListed) {
    auto const devices = survey_devices();
    bool reference = false;
    for (auto const& device : devices) {
        EXPECT_FALSE(device.description.empty());
        auto const choice = parse_device(device.name);
        if (choice.gpus.empty()) {
            EXPECT_EQ(device_available(choice.device), device.available) << device.name;
        }
        reference |= device.name == "reference" && device.available;
    }
    EXPECT_TRUE(reference);
}

}  // namespace
