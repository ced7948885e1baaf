// Where result files may go, and that they appear whole or not at all.
#include "io/output_file.hpp"

#include "fano/error.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {
namespace {

class OutputFiles : public FolderTest {
protected:
    static std::string refusal_of(std::string const& file) {
        return refusal<InputError>([&] { check_writable(file); });
    }
    static void expect_part(std::string const& message, std::string const& part) {
        EXPECT_NE(message.find(part), std::string::npos) << "\"" << part << "\" is not in: " << message;
    }
};

TEST_F(OutputFiles, EveryKnownEndingIsAcceptedAndNothingIsLeftBehind) {
    for (auto name : {"a.h5", "a.hdf5", "a.nc", "a.csv", "a.json", "dots.in.name.csv"})
        EXPECT_NO_THROW(check_writable(path(name))) << name;
    EXPECT_EQ(files(), 0U);
}

TEST_F(OutputFiles, UnknownEndingIsRefusedWithTheListOfEndings) {
    auto message = refusal_of(path("out.xlsx"));
    expect_part(message, path("out.xlsx") + ": the ending .xlsx");
    for (auto ending : {".h5", ".hdf5", ".nc", ".csv", ".json"}) expect_part(message, ending);
    expect_part(refusal_of(path("out")), path("out") + ": the name has no ending");
    auto write = [&] { write_result(path("out.xlsx"), bare_ensemble(), sample_provenance()); };
    expect_part(refusal<InputError>(write), "the ending .xlsx");
}

TEST_F(OutputFiles, EmptyNameIsRefused) { expect_part(refusal_of(""), "empty"); }

TEST_F(OutputFiles, DirectoryIsRefusedWithANameInIt) {
    std::filesystem::create_directory(path("runs.h5"));
    auto message = refusal_of(path("runs.h5"));
    expect_part(message, path("runs.h5") + ": is a directory");
    expect_part(message, path("runs.h5/result.h5"));
}

TEST_F(OutputFiles, MissingDirectoryIsRefusedWithItsName) {
    auto message = refusal_of(path("no/such/out.csv"));
    expect_part(message, path("no/such/out.csv") + ": the directory " + path("no/such") + " does not exist");
    expect_part(message, "mkdir -p " + path("no/such"));
    for (auto name : {"no/out.h5", "no/out.csv", "no/out.json"}) {
        auto write = [&] { write_result(path(name), bare_ensemble(), sample_provenance()); };
        expect_part(refusal<InputError>(write), "does not exist");
    }
}

TEST_F(OutputFiles, PathBelowAFileIsRefusedWithThatFile) {
    put(path("notes"), "text");
    expect_part(refusal_of(path("notes/out.csv")), path("notes") + " is a file, not a directory");
    expect_part(refusal_of(path("notes/deeper/out.csv")), path("notes") + " is a file, not a directory");
}

TEST_F(OutputFiles, DirectoryInWhichNothingCanBeCreatedIsRefused) {
    // Not even root creates files in /proc.
    auto message = refusal_of("/proc/out.csv");
    expect_part(message, "/proc/out.csv: no file can be created in the directory /proc");
}

TEST_F(OutputFiles, NameTooLongForTheFileSystemIsRefused) {
    expect_part(refusal_of(path(std::string(300, 'x') + ".csv")), "File name too long");
}

TEST_F(OutputFiles, FileAppearsAtCommitUnderItsNameAlone) {
    put(path("out.csv"), "old");
    {
        TextFile file(path("out.csv"));
        file.write("new");
        file.close();
        EXPECT_EQ(read(path("out.csv")), "old");
        file.commit();
    }
    EXPECT_EQ(read(path("out.csv")), "new");
    EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFiles, AbandonedFileLeavesTheOldOneAndNoTemporary) {
    put(path("out.csv"), "old");
    {
        TextFile file(path("out.csv"));
        file.write("new");
        file.close();
    }
    EXPECT_EQ(read(path("out.csv")), "old");
    EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFiles, FullDiskIsReportedAndTheOldFileKept) {
    for (auto name : {"out.h5", "out.csv", "out.json"}) {
        put(path(name), "old");
        std::string message;
        {
            FullDisk full(1024);
            message = refusal<InputError>(
                [&] { write_result(path(name), sample_ensemble(), sample_provenance()); });
        }
        // With a limit on the size in the place of a full disk, the system calls it "File too large".
        expect_part(message, path(name));
        expect_part(message, "cannot be written: File too large");
        EXPECT_EQ(read(path(name)), "old");
    }
    EXPECT_EQ(files(), 3U);
}

TEST_F(OutputFiles, DiskMayFillAtAnyPointOfAnHdf5FileAndWritingWorksAgainAfterwards) {
    auto ensemble = sample_ensemble();
    write_hdf5(path("out.h5"), ensemble, sample_provenance());
    auto size = std::filesystem::file_size(path("out.h5"));
    for (std::uintmax_t eighth = 0; eighth < 8; ++eighth) {
        FullDisk full(size * eighth / 8);
        EXPECT_THROW(write_hdf5(path("out.h5"), ensemble, sample_provenance()), InputError) << eighth;
        EXPECT_EQ(files(), 1U);
    }
    EXPECT_NO_THROW(write_hdf5(path("out.h5"), ensemble, sample_provenance()));
    EXPECT_EQ(std::filesystem::file_size(path("out.h5")), size);
}

// The HDF5 library crashes at the end of a program in which one of its writes failed.
TEST_F(OutputFiles, ProgramEndsInOrderAfterAFullDisk) {
    auto fill_and_exit = [&](rlim_t bytes) {
        {
            FullDisk full(bytes);
            EXPECT_THROW(write_hdf5(path("out.h5"), sample_ensemble(), sample_provenance()), InputError);
        }
        std::exit(::testing::Test::HasFailure() ? 1 : 0);
    };
    for (rlim_t bytes : {0, 2000, 60000})
        EXPECT_EXIT(fill_and_exit(bytes), ::testing::ExitedWithCode(0), "^$");
}

TEST_F(OutputFiles, SymbolicLinkStaysAndItsTargetIsReplaced) {
    put(path("target.csv"), "old");
    std::filesystem::create_symlink(path("target.csv"), path("link.csv"));
    write_csv(path("link.csv"), bare_ensemble(), sample_provenance());
    EXPECT_TRUE(std::filesystem::is_symlink(path("link.csv")));
    EXPECT_NE(read(path("target.csv")), "old");
    EXPECT_EQ(files(), 2U);
}

TEST_F(OutputFiles, DevicesTakeTextButNotHdf5) {
    EXPECT_NO_THROW(write_csv("/dev/null", sample_ensemble(), sample_provenance()));
    EXPECT_NO_THROW(write_json("/dev/null", sample_ensemble(), sample_provenance()));
    EXPECT_FALSE(std::filesystem::is_regular_file("/dev/null"));
    EXPECT_FALSE(std::filesystem::exists("/dev/null.histogram"));
    auto write = [] { write_hdf5("/dev/null", sample_ensemble(), sample_provenance()); };
    expect_part(refusal<InputError>(write), "/dev/null: is a device or a pipe");
}

TEST_F(OutputFiles, FullDeviceIsReported) {
    auto csv = [] { write_csv("/dev/full", sample_ensemble(), sample_provenance()); };
    expect_part(refusal<InputError>(csv), "/dev/full: cannot be written: No space left on device");
}

}  // namespace
}  // namespace fano::test
