/** The signed index: drafted here, signed elsewhere or with a delegated key, sent to all hosts. */
@NullMarked
package dev.hostler.controller.index;

import org.jspecify.annotations.NullMarked;
