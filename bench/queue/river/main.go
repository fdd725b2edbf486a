// Command river is River's worker for the queue bench: it takes orders, one JSON
// object a line, on its standard input, answers each with a line on its standard
// output, and says there which jobs have begun. It ends with its input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// order is what the bench asks for: "add" so many jobs of a batch, "start" the
// worker, or count the jobs that are "left".
type order struct {
	ID    int    `json:"id"`
	Do    string `json:"do"`
	Batch string `json:"batch"`
	Count int    `json:"count"`
}

// line is what the bench hears: the answer to an order, or how many jobs of each
// batch have begun since the line before.
type line struct {
	ID    int            `json:"id,omitempty"`
	Left  int            `json:"left,omitempty"`
	Error string         `json:"error,omitempty"`
	Begun map[string]int `json:"begun,omitempty"`
}

type jobArgs struct {
	Batch string `json:"batch"`
}

func (jobArgs) Kind() string { return "job" }

// begun gathers what has begun until it is told: at once when nothing is being
// written, together with what came meanwhile when something is.
type begun struct {
	mutex   sync.Mutex
	batches map[string]int
	more    chan struct{}
}

func (b *begun) note(batch string) {
	b.mutex.Lock()
	b.batches[batch]++
	b.mutex.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
}

func (b *begun) take() map[string]int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	taken := b.batches
	b.batches = map[string]int{}
	return taken
}

type worker struct {
	river.WorkerDefaults[jobArgs]
	begun *begun
}

// Work does nothing but say that it began.
func (w *worker) Work(_ context.Context, job *river.Job[jobArgs]) error {
	w.begun.note(job.Args.Batch)
	return nil
}

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	driver := riverpgxv5.New(pool)
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: logger})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}

	heard := &begun{batches: map[string]int{}, more: make(chan struct{}, 1)}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{begun: heard})
	// What River's own benchmark chooses for throughput (cmd/river/riverbench in its repository).
	client, err := river.NewClient(driver, &river.Config{
		FetchCooldown:     2 * time.Millisecond,
		FetchPollInterval: 20 * time.Millisecond,
		Logger:            logger,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2_000}},
		Workers:           workers,
	})
	if err != nil {
		return err
	}

	out := json.NewEncoder(os.Stdout)
	var writing sync.Mutex
	say := func(said line) {
		writing.Lock()
		defer writing.Unlock()
		if err := out.Encode(said); err != nil {
			// The bench is gone, and nobody else is told anything.
			os.Exit(1)
		}
	}
	go func() {
		for range heard.more {
			if batches := heard.take(); len(batches) > 0 {
				say(line{Begun: batches})
			}
		}
	}()

	started := false
	say(line{})
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		var asked order
		if err := json.Unmarshal(orders.Bytes(), &asked); err != nil {
			return err
		}
		if asked.Do == "start" {
			started = true
		}
		// Orders do not wait for each other: an open loop adds whether or not the one before is done.
		go func() {
			answer := line{ID: asked.ID}
			left, err := obey(ctx, client, pool, asked)
			if err != nil {
				answer.Error = err.Error()
			}
			answer.Left = left
			say(answer)
		}()
	}
	if !started {
		return orders.Err()
	}
	return client.Stop(ctx)
}

func obey(ctx context.Context, client *river.Client[pgx.Tx], pool *pgxpool.Pool, asked order) (left int, err error) {
	switch asked.Do {
	case "add":
		jobs := make([]river.InsertManyParams, asked.Count)
		for index := range jobs {
			jobs[index].Args = jobArgs{Batch: asked.Batch}
		}
		_, err = client.InsertManyFast(ctx, jobs)
	case "start":
		err = client.Start(ctx)
	case "left":
		err = pool.QueryRow(ctx, "select count(*) from river_job where finalized_at is null").Scan(&left)
	default:
		err = fmt.Errorf("there is no order %q", asked.Do)
	}
	return left, err
}
