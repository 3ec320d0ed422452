package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/gotd/log"
)

// collector keeps what the client logs at the level of warnings and errors.
type collector struct {
	mutex sync.Mutex
	kept  []string
}

func (c *collector) Enabled(_ context.Context, level log.Level) bool { return level >= log.LevelWarn }

func (c *collector) Log(_ context.Context, level log.Level, message string, attrs ...log.Attr) {
	if level < log.LevelWarn {
		return
	}
	words := []string{message}
	for _, attr := range attrs {
		words = append(words, fmt.Sprintf("%s=%s", attr.Key, attr.Value.String()))
	}
	line := strings.Join(words, " ")
	if isOwnCancellation(line) {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.kept = append(c.kept, line)
}

func (c *collector) lines() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return append([]string{}, c.kept...)
}

// After each connect, the client requests its own user in the background. It cancels that request
// if it closes the connection first: to move to another data centre, or at its end.
func isOwnCancellation(line string) bool {
	return strings.HasPrefix(line, "Got error on self ") && strings.HasSuffix(line, "context canceled")
}
