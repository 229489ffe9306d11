/** The agent port: one long stream per connected host, and bundle downloads. */
@NullMarked
package dev.hostler.controller.link;

import org.jspecify.annotations.NullMarked;
