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
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.kept = append(c.kept, strings.Join(words, " "))
}

func (c *collector) lines() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return append([]string{}, c.kept...)
}
