/*
 * The section `store` of the configuration as the store takes it.
 */
#ifndef PIPELINE_KEEPING_SETTINGS_H
#define PIPELINE_KEEPING_SETTINGS_H

#include "config/config.h"
#include "store/store.h"

void keeping_settings_of(
    const struct config_store *config, struct store_settings *settings);

#endif
