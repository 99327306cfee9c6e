// Judges a history of registers with porcupine and prints the result and the seconds that took.
//
// Usage: porcupine FILE TIMEOUT_S. A line of FILE is an operation, as `harness export --as porcupine` writes it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"
)

// What a line of FILE says. A value is null, text or a number; that of a cas is two of them, the old and the new.
type line struct {
	Client json.RawMessage
	F      string
	Key    json.RawMessage
	Value  json.RawMessage
	Call   int64
	Return *int64
}

// The outcome of an operation is unknown if nothing came back; it may then happen at any later time, or never.
type input struct {
	f        string
	key      int
	old, new int
	unknown  bool
}

// Numbers for texts of JSON: two values are the same if they are the same JSON.
type numbers map[string]int

func (known numbers) of(text []byte) int {
	number, found := known[string(text)]
	if !found {
		number = len(known)
		known[string(text)] = number
	}
	return number
}

func main() {
	file, err := os.Open(os.Args[1])
	refuse(err)
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	refuse(err)
	operations := read(file)
	began := time.Now()
	result := porcupine.CheckOperationsTimeout(model(), operations, time.Duration(seconds*float64(time.Second)))
	fmt.Println(result, time.Since(began).Seconds())
}

func refuse(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func read(file *os.File) []porcupine.Operation {
	var operations []porcupine.Operation
	clients, keys, values := numbers{}, numbers{}, numbers{"null": 0}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var said line
		refuse(json.Unmarshal(lines.Bytes(), &said))
		in := input{f: said.F, key: keys.of(said.Key), unknown: said.Return == nil}
		if in.f == "cas" {
			var both [2]json.RawMessage
			refuse(json.Unmarshal(said.Value, &both))
			in.old, in.new = values.of(both[0]), values.of(both[1])
		} else {
			in.new = values.of(said.Value)
		}
		end := int64(math.MaxInt64)
		if said.Return != nil {
			end = *said.Return
		}
		operations = append(operations, porcupine.Operation{
			ClientId: clients.of(said.Client), Input: in, Call: said.Call, Return: end,
		})
	}
	refuse(lines.Err())
	return operations
}

// A register for each key, null at first.
func model() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byKey := map[int][]porcupine.Operation{}
			for _, operation := range history {
				key := operation.Input.(input).key
				byKey[key] = append(byKey[key], operation)
			}
			var parts [][]porcupine.Operation
			for _, part := range byKey {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() interface{} { return 0 },
		Step: func(state, in, _ interface{}) (bool, interface{}) {
			switch i := in.(input); {
			case i.f == "write":
				return true, i.new
			case i.f == "read":
				return state == i.new, state
			case state == i.old:
				return true, i.new
			default:
				return i.unknown, state
			}
		},
	}
}
