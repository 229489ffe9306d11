/** The agent's configuration file, agent.toml. */
@NullMarked
package dev.hostler.agent.config;

import org.jspecify.annotations.NullMarked;
