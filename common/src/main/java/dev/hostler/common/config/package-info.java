/** Typed configuration from TOML files and the environment; every problem is reported at once. */
@NullMarked
package dev.hostler.common.config;

import org.jspecify.annotations.NullMarked;
