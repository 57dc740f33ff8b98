{{- /* The command line of a job. Arguments: job, an entry of scheduleJobs. */ -}}
{{- define "bridge.jobArgs" -}}
{{- if eq (default "Connector" .kind) "Connector" -}}
- run
- --connector
- {{ .connectorPath | quote }}
{{- else if eq .kind "KnowledgeSource" -}}
- kb
- sync
- --source
- {{ .name | quote }}
- --until-done
{{- else -}}
- sync
- --file
- {{ .connectorPath | quote }}
{{- end }}
# The id of the Job: a retry continues its run, and never repeats what was done.
- --run-id
- $(JOB_ID)
{{- range .args }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* The secrets of a job: its own and the shared ones, or the whole Secret if the entry does not list its own. */ -}}
{{- define "bridge.jobEnv" -}}
{{- $secret := .root.Values.secrets.existingSecret -}}
env:
  - name: JOB_ID
    valueFrom:
      fieldRef:
        fieldPath: metadata.labels['batch.kubernetes.io/controller-uid']
  - name: FAIL_ON_HELD
    value: {{ .root.Values.jobs.failOnHeld | quote }}
  - name: FAIL_ON_PARTIAL
    value: {{ .root.Values.jobs.failOnPartial | quote }}
  {{- include "bridge.plainEnv" (dict "root" .root "own" .job.env) | trim | nindent 2 }}
{{- if hasKey .job "secrets" }}
  - name: DATABASE_URL
    valueFrom:
      secretKeyRef:
        name: {{ $secret }}
        key: DATABASE_URL
  # A secret that is missing does not stop the pod from starting, because the program's own error names it. The key opens
  # stored secrets, so only a job whose definition names a secret gets it.
  {{- $key := empty .job.secrets | ternary (list) (list "MANAGED_SECRET_ENCRYPTION_KEY") }}
  {{- range without (concat .job.secrets $key .root.Values.secrets.shared | uniq) "DATABASE_URL" }}
  - name: {{ . }}
    valueFrom:
      secretKeyRef:
        name: {{ $secret }}
        key: {{ . }}
        optional: true
  {{- end }}
{{- else }}
envFrom:
  - secretRef:
      name: {{ $secret }}
{{- end }}
{{- end -}}
