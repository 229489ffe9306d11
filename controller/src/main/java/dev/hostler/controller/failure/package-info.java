/** Why a request is turned down, in words that every port can pass on. */
@NullMarked
package dev.hostler.controller.failure;

import org.jspecify.annotations.NullMarked;
