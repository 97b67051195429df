package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/config"
)

func (a *app) init() *cobra.Command {
	var profile, file string
	var force bool
	cmd := &cobra.Command{
		Use:     "init",
		Short:   "Write a holdfast.yaml to begin with",
		GroupID: "help",
		Long: `Init writes a commented holdfast.yaml. The profile decides which rules are on and
what they ask for: starter is what every account should have, workshop is daily
backups that go cold after 31 days and are deleted after 366, bank asks for more.`,
		Example: "  holdfast init\n  holdfast init --profile bank",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := config.Init(profile)
			if err != nil {
				return err
			}
			if file == "-" {
				_, err := a.stdout.Write(text)
				return err
			}
			mode := os.O_CREATE | os.O_WRONLY | os.O_EXCL
			if force {
				mode = os.O_CREATE | os.O_WRONLY | os.O_TRUNC
			}
			out, err := os.OpenFile(file, mode, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%s is there already; --force overwrites it, --file - prints a new one", file)
			}
			if err != nil {
				return err
			}
			_, err = out.Write(text)
			if err := errors.Join(err, out.Close()); err != nil {
				return fmt.Errorf("writing %s: %w", file, err)
			}
			fmt.Fprintf(a.stdout, "wrote %s; read it, then: holdfast preflight\n", file)
			return nil
		},
	}
	cmd.Flags().StringVar(&profile, "profile", config.DefaultProfile, "one of "+strings.Join(config.Profiles(), ", "))
	cmd.Flags().StringVar(&file, "file", defaultConfig, "`FILE` to write; - for standard output")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file")
	return cmd
}
