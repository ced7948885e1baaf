// fano: ensembles of noisy cells. This header includes the whole library.
#pragma once

#include "fano/device.hpp"
#include "fano/ensemble.hpp"
#include "fano/error.hpp"
#include "fano/model.hpp"
#include "fano/network.hpp"
#include "fano/result.hpp"
#include "fano/tally.hpp"
