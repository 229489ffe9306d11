/** Turns seccomp profiles in the Docker/OCI JSON form into BPF programs for the kernel. */
@NullMarked
package dev.hostler.agent.sandbox.seccomp;

import org.jspecify.annotations.NullMarked;
