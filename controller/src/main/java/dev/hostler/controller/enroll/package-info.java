/** Join tokens, and how a host gets its first certificate with one. */
@NullMarked
package dev.hostler.controller.enroll;

import org.jspecify.annotations.NullMarked;
