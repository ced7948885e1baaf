// fano: ensembles of noisy cells. This header includes the whole library.
#pragma once

#include "fano/cme.hpp"
#include "fano/compare.hpp"
#include "fano/device.hpp"
#include "fano/ensemble.hpp"
#include "fano/error.hpp"
#include "fano/inference.hpp"
#include "fano/lna.hpp"
#include "fano/meanfield.hpp"
#include "fano/model.hpp"
#include "fano/moments.hpp"
#include "fano/network.hpp"
#include "fano/passage.hpp"
#include "fano/result.hpp"
#include "fano/second_moments.hpp"
#include "fano/table.hpp"
#include "fano/tally.hpp"
