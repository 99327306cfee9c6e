// Judges a history of one register with porcupine and prints the result and the seconds that took.
//
// Usage: porcupine FILE TIMEOUT_S. A line of FILE: client, w or r, value (0 for none), index of the invocation, index
// of the completion.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"
)

type input struct {
	write bool
	value int
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var operations []porcupine.Operation
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var client, value int
		var call, end int64
		var kind string
		if _, err := fmt.Sscan(lines.Text(), &client, &kind, &value, &call, &end); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		operations = append(operations, porcupine.Operation{
			ClientId: client, Input: input{kind == "w", value}, Output: value, Call: call, Return: end,
		})
	}
	model := porcupine.Model{
		Init: func() interface{} { return 0 },
		Step: func(state, in, out interface{}) (bool, interface{}) {
			if i := in.(input); i.write {
				return true, i.value
			}
			return state == out, state
		},
	}
	began := time.Now()
	result := porcupine.CheckOperationsTimeout(model, operations, time.Duration(seconds*float64(time.Second)))
	fmt.Println(result, time.Since(began).Seconds())
}
