/**
 * Runs one attempt in a kernel sandbox through hostler-launch, follows it, ends it, and finds it
 * again after a restart of the agent.
 */
@NullMarked
package dev.hostler.agent.sandbox;

import org.jspecify.annotations.NullMarked;
